import { includes } from "../database/history.ts";
import type { History } from "../database/history.ts";

/**
 * Everything that was acknowledged so far: the furthest point on each timeline, for what is acknowledged includes all that stands before it.
 * Few timelines come about in a run, so this stays a handful of entries however many writes there are.
 */
export class AcknowledgedWrites {
  #points: readonly History[] = [];

  /** A list that is not changed afterwards: what a read that begins now must see. */
  get points(): readonly History[] {
    return this.#points;
  }

  add(upTo: History): void {
    const rest = this.#points.filter((point) => point.timeline !== upTo.timeline || point.length > upTo.length);
    this.#points = [...rest, upTo];
  }

  /** An acknowledged write that neither comes before `upTo` nor after it: two databases went their own ways. */
  divergingFrom(upTo: History): History | undefined {
    return this.#points.find((point) => !includes(upTo, point) && !includes(point, upTo));
  }
}

/** Of `points`, one that `history` does not have. */
export function missingFrom(history: History | undefined, points: readonly History[]): History | undefined {
  return points.find((point) => history === undefined || !includes(history, point));
}

export function describePoint({ timeline, length }: History): string {
  return `record ${length} of timeline ${timeline.number}`;
}
