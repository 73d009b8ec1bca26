import { elapsedMs } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import type { SiteName } from "../spec/index.ts";

/** One row of what the primary says about those that receive from it. */
export interface ReplicaSample {
  readonly name: string;
  readonly state: string;
  readonly flushPosition?: string;
  readonly lagBytes?: number;
}

/** What has to be remembered between two looks: when each standby last showed life, and how far it was. */
export type StandbyWatch = Readonly<Record<string, StandbySeen>>;

interface StandbySeen {
  readonly aliveAt: Instant;
  readonly flushPosition: string | undefined;
}

/** One segment of WAL: less than a second of catching up on any link worth replicating over. */
const JOIN_LAG_BYTES_MAX = 16 * 1024 * 1024;

/**
 * A sign of life is a replica that streams and either has everything or has flushed more since it was last looked at: a
 * frozen machine keeps its connection, and would otherwise hold every commit until TCP notices. One that was not watched
 * before counts as alive now, so that a restart of ours does not drop a good standby.
 */
export function lookAtStandbys(
  watch: StandbyWatch,
  standbys: readonly SiteName[],
  replicas: readonly ReplicaSample[],
  now: Instant,
): StandbyWatch {
  const seen = standbys.map((site) => {
    const before = watch[site];
    const replica = replicas.find(({ name }) => name === site);
    const flushPosition = replica?.flushPosition;
    const moved = flushPosition !== undefined && flushPosition !== before?.flushPosition;
    const alive = replica?.state === "streaming" && (moved || replica.lagBytes === 0);
    const aliveAt = alive ? now : (before?.aliveAt ?? now);
    return [site, { aliveAt, flushPosition: flushPosition ?? before?.flushPosition }] as const;
  });
  return Object.fromEntries(seen);
}

export function isSilent(watch: StandbyWatch, standby: SiteName, graceMs: number, now: Instant): boolean {
  const seen = watch[standby];
  return seen !== undefined && elapsedMs(seen.aliveAt, now) >= graceMs;
}

/** Does it receive as it happens, and is so near that waiting for it costs no more than a moment? */
export function isNear(replica: ReplicaSample | undefined): boolean {
  return replica?.state === "streaming" && (replica.lagBytes ?? Infinity) <= JOIN_LAG_BYTES_MAX;
}
