import { elapsedMs } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import type { SiteName } from "../spec/index.ts";

/** One row of what the primary says about those that receive from it. */
export interface ReplicaSample {
  readonly name: string;
  readonly state: string;
  readonly flushPosition?: string;
  readonly lagBytes?: number;
  /** When its last reply was sent, by its own clock: only that it changes says something. */
  readonly replyTime?: string;
}

/** What has to be remembered between two looks: when each standby last showed life, and how far it was. */
export type StandbyWatch = Readonly<Record<string, StandbySeen>>;

interface StandbySeen {
  readonly aliveAt: Instant;
  readonly flushPosition: string | undefined;
  readonly replyTime: string | undefined;
  readonly repliedAt: Instant;
}

/** It replies each second, whether there is something to confirm or not (wal_receiver_status_interval). */
export const REPLIES_MISSED_MS = 2000;
/** One segment of WAL: less than a second of catching up on any link worth replicating over. */
const JOIN_LAG_BYTES_MAX = 16 * 1024 * 1024;

/**
 * A sign of life is a replica that streams and either has everything or has flushed more since it was last looked at: a
 * frozen machine keeps its connection, and would otherwise hold every commit until TCP notices. Having everything counts only while it replies:
 * where nothing is written, one behind a cut link has everything for as long as its connection is believed in. One that was not watched
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
    const replied = before === undefined || replica?.replyTime !== before.replyTime;
    const repliedAt = replied ? now : before.repliedAt;
    const replies = replica?.replyTime === undefined || elapsedMs(repliedAt, now) < REPLIES_MISSED_MS;
    const alive = replica?.state === "streaming" && (moved || (replica.lagBytes === 0 && replies));
    const aliveAt = alive ? now : (before?.aliveAt ?? now);
    const seenAt = flushPosition ?? before?.flushPosition;
    return [site, { aliveAt, flushPosition: seenAt, replyTime: replica?.replyTime, repliedAt }] as const;
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
