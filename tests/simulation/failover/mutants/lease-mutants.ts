import type { DatabaseState, DesiredDatabase } from "../../../../packages/holdfast/src/ports/index.ts";
import type { Mutant, Mutation } from "./mutation.ts";
import { orders, without } from "./mutation.ts";

const rule = "the lease ends at the database by itself";

/** Each deadline is worked out anew, from what the wrapper knows of the agent's clock and the lease. */
function deadlines(next: (known: Known, order: DesiredDatabase) => number): Mutation {
  return {
    database: (database, { clock }, { lease: { ttlMs, fenceMarginMs } }) => {
      let seen: { readonly nowMs: number; readonly at: number } | undefined;
      const known: Known = { untilMs: 0, toldMs: 0, endMs: 0 };
      const look = (state: DatabaseState): DatabaseState => {
        seen = { nowMs: state.clock.nowMs, at: clock.now() };
        return state;
      };
      return {
        state: (signal) => database.state(signal).then(look),
        desire: (order, signal) => {
          const { writable } = order;
          if (!writable || !seen) return database.desire(order, signal).then(look);
          known.endMs = seen.nowMs + (clock.now() - seen.at) + ttlMs - fenceMarginMs;
          const untilMs = next(known, order);
          known.toldMs = writable.untilMs;
          known.untilMs = untilMs;
          return database.desire({ ...order, writable: { ...writable, untilMs } }, signal).then(look);
        },
      };
    },
  };
}

interface Known {
  /** What was made of the last deadline, and what it was. */
  untilMs: number;
  toldMs: number;
  /** Of a lease that began now. */
  endMs: number;
}

/** A deadline is told as a moment on a clock that is read again each time: what differs by less is the same. */
const SAME_MS = 20;

export const leaseMutants = {
  noDeadline: {
    rule,
    name: "orders have no deadline",
    mutation: orders((order) => without(order, "writable")),
  },
  lateDeadline: {
    rule,
    name: "the deadline is a lease time too late",
    mutation: {
      database: (database, _ports, { lease: { ttlMs } }) => ({
        state: (signal) => database.state(signal),
        desire: ({ writable, ...order }, signal) =>
          database.desire(
            { ...order, ...(writable && { writable: { ...writable, untilMs: writable.untilMs + ttlMs } }) },
            signal,
          ),
      }),
    },
  },
  endOfRound: {
    rule: "a lease counts from before its round",
    name: "it counts from the end of the round",
    mutation: deadlines(({ endMs, untilMs, toldMs }, { writable }) =>
      writable !== undefined && writable.untilMs > toldMs + SAME_MS ? endMs : untilMs,
    ),
  },
  extendedByRepetition: {
    rule: "only a renewal that is decided extends a lease",
    name: "each repetition of the order extends it",
    mutation: deadlines(({ endMs }) => endMs),
  },
} satisfies Record<string, Mutant>;
