import type { Instant } from "../../base/index.ts";

/** What one observer holds of one site. `unknown`: not judged yet. */
export type Verdict = "unknown" | "up" | "down";

/** The outcome of one probe; `reason` says in words what came back, for people only. */
export interface ProbeSample {
  readonly ok: boolean;
  readonly reason: string;
}

/** Consecutive failures until a site counts as down, consecutive successes until it counts as up again; both >= 1. */
export interface Thresholds {
  readonly fall: number;
  readonly rise: number;
}

/** Plain data, so that it can be kept over a restart. */
export interface SiteHealth {
  readonly verdict: Verdict;
  readonly since: Instant;
  /** Consecutive samples that contradict the verdict; at the threshold the verdict turns. */
  readonly contradictions: number;
  /** Of the sample that made the verdict. */
  readonly reason: string;
}

export function unjudged(now: Instant): SiteHealth {
  return { verdict: "unknown", since: now, contradictions: 0, reason: "not probed yet" };
}

/**
 * A verdict that was kept over a restart, so that a restart is no reason to answer differently. But nobody knows how long
 * ago it was kept: after the loss of a whole site its own `up` is the first to be wrong. So `up` is believed until the
 * first failure, and `down` until it is disproved as often as ever.
 */
export function restore(
  kept: { readonly verdict: Exclude<Verdict, "unknown">; readonly reason: string },
  thresholds: Thresholds,
  since: Instant,
): SiteHealth {
  return { ...kept, since, contradictions: kept.verdict === "up" ? thresholds.fall - 1 : 0 };
}

/**
 * One sample further. Only an unbroken run of contradicting samples turns a verdict, so lost packets do not (hysteresis).
 * From `unknown` one success is enough: there is no earlier verdict that it could make flap, and a fleet that starts
 * should answer at once.
 */
export function step(health: SiteHealth, sample: ProbeSample, thresholds: Thresholds, now: Instant): SiteHealth {
  if (sample.ok === (health.verdict === "up") && health.verdict !== "unknown") {
    return health.contradictions === 0 ? health : { ...health, contradictions: 0 };
  }
  if (sample.ok && health.verdict === "unknown") return turned("up", sample, now);
  const contradictions = health.contradictions + 1;
  if (contradictions < (sample.ok ? thresholds.rise : thresholds.fall)) return { ...health, contradictions };
  return turned(sample.ok ? "up" : "down", sample, now);
}

/** A site in doubt is looked at so many times as often: doubt is to be short, and calm is to be cheap. */
const DOUBT_FACTOR = 4;

/**
 * Time until the next probe. The first failure of a site that is up brings the confirmations close together (HAProxy's
 * `fastinter`), so that the interval, which is what probing costs all day, need not be as short as the loss of a site is to be
 * found. Its return is confirmed at the calm pace: there is no hurry to send users to a site that has just been away.
 */
export function probePaceMs(health: SiteHealth, intervalMs: number): number {
  return health.verdict !== "down" && health.contradictions > 0 ? intervalMs / DOUBT_FACTOR : intervalMs;
}

function turned(verdict: Verdict, sample: ProbeSample, now: Instant): SiteHealth {
  return { verdict, since: now, contradictions: 0, reason: sample.reason };
}
