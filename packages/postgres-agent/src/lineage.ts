import { parseLsn, type Lsn } from "./lsn.ts";

/**
 * May a server follow another with the data that it has? A server that once accepted writes which the other does not
 * have would stream on top of them, so the question is answered from both servers' own records before they are joined:
 * the timelines (as pg_rewind does) and the list of promotions. Timelines alone do not do: two servers that were both
 * promoted from timeline 1 at the same position are both on timeline 2, and PostgreSQL itself would join them.
 */
export interface OwnData {
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** End of the WAL that this server has, all of it replayed. */
  readonly position: Lsn;
  /** Identities of the promotions in its history, oldest first; the first one is the database's beginning. */
  readonly promotions: readonly string[];
  /** True: it may have accepted writes since a promotion that is not in that list yet. */
  readonly promotionUnrecorded: boolean;
}

export interface UpstreamData {
  readonly inRecovery: boolean;
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** Read after the standby's own position was. */
  readonly position: Lsn;
  readonly history: readonly TimelineEnd[];
  readonly promotions: readonly string[];
  readonly walSegmentBytes: number;
  /** Number of the oldest segment it still has. */
  readonly oldestSegment: bigint;
}

/** One line of a timeline history file: `timeline` ended at `end`, where the next one begins. */
export interface TimelineEnd {
  readonly timeline: number;
  readonly end: Lsn;
}

export type Judgement =
  | { readonly kind: "follow" }
  /** Its data cannot lead to the upstream's: only a new copy helps. */
  | { readonly kind: "clone"; readonly reason: string }
  /** Not now, or not without a person. */
  | { readonly kind: "refuse"; readonly reason: string };

export function judge(own: OwnData, upstream: UpstreamData): Judgement {
  if (upstream.inRecovery) return refuse("the upstream is not a primary");
  const [ownBeginning] = own.promotions;
  const sameDatabase =
    own.systemIdentifier === upstream.systemIdentifier &&
    (ownBeginning === undefined || ownBeginning === upstream.promotions[0]);
  // Perhaps the upstream lost its disk and began again: then this copy is the last one, and nobody but a person may drop it.
  if (!sameDatabase)
    return refuse("the upstream holds another database: empty this standby's folder by hand if that is meant");

  if (own.promotionUnrecorded) return clone("this server was promoted and did not come to record it");
  const lastPromotion = own.promotions.at(-1);
  if (lastPromotion !== undefined && !upstream.promotions.includes(lastPromotion)) {
    return clone("this server was promoted in a term that the upstream does not know");
  }
  const end = endOf(own.timeline, upstream);
  if (end === undefined) return clone(`the upstream does not know timeline ${own.timeline}`);
  if (own.position > end) return clone("this server has writes that the upstream does not have");
  if (own.position / BigInt(upstream.walSegmentBytes) < upstream.oldestSegment) {
    return clone("the upstream no longer keeps the changes since this server was away");
  }
  return { kind: "follow" };
}

/** How far the upstream's own history runs along a timeline. */
function endOf(timeline: number, upstream: UpstreamData): Lsn | undefined {
  if (timeline === upstream.timeline) return upstream.position;
  return upstream.history.find((each) => each.timeline === timeline)?.end;
}

/**
 * A timeline history file, as TIMELINE_HISTORY answers it: lines of "timeline <tab> position <tab> reason"; comments start
 * with "#". Throws on anything else: a history that is not understood proves nothing.
 */
export function parseTimelineHistory(text: string): readonly TimelineEnd[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, timeline, position] = /^(\d+)\s+(\S+)/.exec(line) ?? [];
      const end = position === undefined ? undefined : parseLsn(position);
      if (timeline === undefined || end === undefined)
        throw new Error("a timeline history file has a line that is none");
      return { timeline: Number(timeline), end };
    });
}

function clone(reason: string): Judgement {
  return { kind: "clone", reason };
}

function refuse(reason: string): Judgement {
  return { kind: "refuse", reason };
}
