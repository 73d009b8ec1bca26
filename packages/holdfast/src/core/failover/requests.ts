import { formatDuration } from "../spec/index.ts";
import type { SiteName } from "../spec/index.ts";
import { momentOf } from "./lease.ts";
import type { Lease } from "./lease.ts";
import type { DatabaseSight } from "./primary.ts";
import type { FailoverSettings } from "./settings.ts";
import { candidatesOf, patienceMs } from "./successor.ts";
import { canSwitchOver } from "./transitions.ts";
import type { Transition } from "./transitions.ts";

/** What an operator asks for: the two changes of primary that no site makes by itself. */
export interface OperatorRequest {
  readonly id: string;
  readonly kind: "switchover" | "failover";
  readonly to: string;
  /** In the operator's words; recorded with the change. */
  readonly reason: string;
  readonly acceptDataLoss?: boolean;
  /** Also a loss that is larger than the objectives allow. */
  readonly beyondRpo?: boolean;
  /** ISO 8601, by the operator's calendar. */
  readonly at: string;
}

/** What was acknowledged in between, `to` may lack. By calendars: for people. */
export interface PossibleLoss {
  /** Absent: since an unknown time. */
  readonly since?: string;
  readonly until: string;
}

/** What a site knows when it is asked. */
export interface RequestSight {
  readonly lease: Lease | undefined;
  /** For how long this site has not seen the lease move. */
  readonly stillMs: number;
  readonly database: DatabaseSight | undefined;
  /** Why it knows no lease, or no newer one. */
  readonly trouble: string;
}

export type RequestStep =
  | {
      readonly kind: "try";
      readonly transition: Transition;
      readonly message: string;
      readonly loss?: PossibleLoss;
    }
  /** It is under way. */
  | { readonly kind: "wait" }
  | RequestEnd;

export interface RequestEnd {
  readonly kind: "done" | "refused" | "failed";
  /** A sentence without a stop. */
  readonly message: string;
  readonly loss?: PossibleLoss;
}

/**
 * Nobody remembers what he asked for so long ago; a controller that comes back must not. It is the one decision that compares two calendars, and
 * one that is wrong only refuses.
 */
const AGE_MAX_MS = 10 * 60_000;

/** What becomes of a request that nothing was done for yet. `now`: by this site's calendar. */
export function considerRequest(
  request: OperatorRequest,
  sight: RequestSight,
  settings: FailoverSettings,
  { rpoMs = 0 }: { readonly rpoMs?: number },
  now: Date,
): RequestStep {
  const { lease } = sight;
  const { self, sites } = settings;
  if (!lease) return refused(`${self} knows no lease of this store: ${sight.trouble}`);
  const step = followRequest(request, lease);
  if (step) return step;
  const ageMs = Math.abs(now.getTime() - Date.parse(request.at));
  if (!(ageMs <= AGE_MAX_MS))
    return refused(`by the calendar of ${self} it was made at another time than now, ${request.at}: ask again`);
  const to = sites.find((site) => site === request.to);
  if (to === undefined) return refused(`${request.to} is not a site of this store: its sites are ${sites.join(", ")}`);
  if (lease.phase === "serving" && lease.primary === to) return { kind: "done", message: `${to} is primary already` };
  return request.kind === "switchover"
    ? considerSwitchover(request, to, lease)
    : considerFailover(request, to, lease, sight, settings, rpoMs, now);
}

function considerSwitchover({ id, reason }: OperatorRequest, to: SiteName, lease: Lease): RequestStep {
  const { phase, primary, switchover, syncStandbys } = lease;
  if (phase === "electing") return refused("nobody is primary at this moment: wait until the election has ended");
  if (switchover) return refused(`a switchover to ${switchover.to} is under way: wait until it has ended`);
  if (!canSwitchOver(lease, to)) {
    const inSync = syncStandbys.length === 0 ? "No site is" : `In sync: ${syncStandbys.join(", ")}`;
    return refused(
      `${to} is not in sync, so it may lack acknowledged commits. ${inSync}; wait until \`holdfast status\` says that ${to} is`,
    );
  }
  const transition = { kind: "request-switchover", request: { to, request: id, reason } } as const;
  return { kind: "try", transition, message: `${primary} stops, and ${to} takes over when it has everything` };
}

function considerFailover(
  { id, reason, acceptDataLoss, beyondRpo }: OperatorRequest,
  to: SiteName,
  lease: Lease,
  { stillMs, database }: RequestSight,
  settings: FailoverSettings,
  rpoMs: number,
  now: Date,
): RequestStep {
  const { self } = settings;
  const { phase, primary } = lease;
  if (self !== to) return refused(`only ${to} itself can take over with a loss: ask its cluster, not that of ${self}`);
  if (candidatesOf(lease).includes(to))
    return refused(`${to} has everything, and takes over by itself and without loss when ${primary} is gone: wait`);
  // Of an election that begins again and again, because its candidates have no data left, no more than that can be asked.
  const patience = phase === "serving" ? patienceMs(lease, settings) : settings.ttlMs;
  if (stillMs < patience) {
    return refused(
      phase === "serving"
        ? `${primary} still renews its lease: use \`holdfast switchover\``
        : `an election among ${candidatesOf(lease).join(", ")}, who have everything, is under way: wait`,
    );
  }
  if (database?.position === undefined) return refused(`the database of ${to} does not say that it has any data`);
  const loss = possibleLoss(lease, to, stillMs, settings, now);
  const { words, isBeyond } = describeLoss(loss, lease, to, rpoMs);
  const missing = [
    ...(acceptDataLoss ? [] : ["--accept-data-loss"]),
    ...(isBeyond && !beyondRpo ? ["--beyond-rpo"] : []),
  ];
  if (missing.length > 0) return { ...refused(`${words}. To do it all the same, add ${missing.join(" ")}`), loss };
  const transition: Transition = {
    kind: "force",
    by: to,
    moment: momentOf(lease),
    request: id,
    reason: `${reason}; by order of an operator, who accepted that ${words}`,
  };
  return { kind: "try", transition, message: `${to} takes over: ${words}`, loss };
}

/** The longest that it can be: until when the last primary that was heard of may have been allowed to write. */
function possibleLoss(
  { behindSince, phase }: Lease,
  to: SiteName,
  stillMs: number,
  { holdMs }: FailoverSettings,
  now: Date,
): PossibleLoss {
  const since = behindSince?.[to];
  const lastMs = now.getTime() - stillMs + (phase === "serving" ? holdMs : 0);
  const untilMs = Math.max(lastMs, since === undefined ? lastMs : Date.parse(since));
  return { ...(since !== undefined && { since }), until: new Date(untilMs).toISOString() };
}

function describeLoss(
  { since, until }: PossibleLoss,
  { primary }: Lease,
  to: SiteName,
  rpoMs: number,
): { readonly words: string; readonly isBeyond: boolean } {
  const lost = `what ${primary} acknowledged from`;
  const rpo = `the RPO of ${formatDuration(rpoMs)}`;
  if (since === undefined) {
    const words = `${lost} an unknown time to ${until} is lost where ${to} does not have it; nobody knows whether that is within ${rpo}`;
    return { words, isBeyond: true };
  }
  const lastedMs = Date.parse(until) - Date.parse(since);
  const isBeyond = lastedMs > rpoMs;
  const measure = `${formatDuration(lastedMs)}, ${isBeyond ? "beyond" : "within"} ${rpo}`;
  return { words: `${lost} ${since} to ${until} is lost where ${to} does not have it (${measure})`, isBeyond };
}

/** How a request stands by the lease; nothing where the lease knows nothing of it. */
export function followRequest(
  { id, kind, to }: Pick<OperatorRequest, "id" | "kind" | "to">,
  { primary, term, change, election, switchover }: Lease,
): { readonly kind: "wait" } | RequestEnd | undefined {
  if (switchover?.request === id || election?.request === id) return { kind: "wait" };
  if (change.request !== id) return undefined;
  if (primary !== to) return { kind: "failed", message: `${primary} is primary: ${change.reason}` };
  const how = kind === "switchover" ? "without loss" : change.reason;
  return { kind: "done", message: `${to} is primary in term ${term}: ${how}` };
}

/** How a request ended that the lease knew of and no longer does. */
export function afterRequest({ kind, to }: Pick<OperatorRequest, "kind" | "to">, lease: Lease): RequestStep {
  const { phase, primary, change, syncStandbys } = lease;
  // Another election took its place: what came of the request is known when that has ended.
  if (phase === "electing") return { kind: "wait" };
  const failed = (message: string): RequestEnd => ({ kind: "failed", message });
  if (primary === to) return failed(`${to} is primary, but by a ${change.kind}: ${change.reason}`);
  if (kind === "switchover" && !syncStandbys.includes(to as SiteName))
    return failed(`${to} fell out of sync before it could take over, and ${primary} is primary`);
  return failed(`it did not come about in time, and ${primary} is primary: ${change.reason}`);
}

function refused(message: string): RequestEnd {
  return { kind: "refused", message };
}
