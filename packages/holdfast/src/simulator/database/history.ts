/**
 * A line of write-ahead log from a promotion (or the beginning) on. What stands in it is never looked at: two servers have the same
 * records where they have the same timeline, so a server's whole history is a timeline and a length, and cloning copies two words.
 */
export interface Timeline {
  readonly number: number;
  readonly parent: Timeline | undefined;
  /** How many records came before it, all of its parent's line. */
  readonly from: number;
}

/** Everything up to the record number `length` of `timeline`. */
export interface History {
  readonly timeline: Timeline;
  readonly length: number;
}

export function newDatabase(): History {
  return { timeline: { number: 1, parent: undefined, from: 0 }, length: 1 };
}

/** After a promotion, whose own record is the first of the new timeline. */
export function promoted({ timeline, length }: History): History {
  return { timeline: { number: timeline.number + 1, parent: timeline, from: length }, length: length + 1 };
}

/** Does `history` begin with all of `part`? */
export function includes(history: History, part: History): boolean {
  let length = history.length;
  for (let line: Timeline | undefined = history.timeline; line !== undefined; line = line.parent) {
    if (line === part.timeline) return part.length <= length;
    length = Math.min(length, line.from);
  }
  return false;
}

/** The beginning of `history` up to `length`, named by the timeline in which it ends. */
export function beginningOf({ timeline }: History, length: number): History {
  let line = timeline;
  while (length <= line.from && line.parent !== undefined) line = line.parent;
  return { timeline: line, length };
}

export function isSameDatabase(a: History, b: History): boolean {
  return rootOf(a.timeline) === rootOf(b.timeline);
}

function rootOf(timeline: Timeline): Timeline {
  let line = timeline;
  while (line.parent !== undefined) line = line.parent;
  return line;
}

const texts: string[] = [];
const RECORD_BYTES = 0x60;
const FIRST_BYTE = 0x3000000;

/** As pg_lsn text. The same numbers come again and again, so each is written once. */
export function positionText(length: number): string {
  return (texts[length] ??= `0/${(FIRST_BYTE + length * RECORD_BYTES).toString(16).toUpperCase()}`);
}

export function recordsBytes(count: number): number {
  return count * RECORD_BYTES;
}
