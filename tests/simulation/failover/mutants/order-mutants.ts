import { agentRules } from "../../../../packages/holdfast/src/simulator/index.ts";
import type { AgentRules } from "../../../../packages/holdfast/src/simulator/index.ts";
import { without } from "./mutation.ts";
import type { Mutant } from "./mutation.ts";

const rule = "an agent refuses orders of the past";

/** Refuses as it should but for one reason: what it knows is made to fit the order. */
const blindTo = (blind: (...of: Parameters<AgentRules["refuse"]>) => Parameters<AgentRules["refuse"]>) => ({
  agent: { refuse: (...of: Parameters<AgentRules["refuse"]>) => agentRules.refuse(...blind(...of)) },
});

export const orderMutants = {
  olderTerm: {
    rule,
    name: "it takes one of an older term",
    mutation: blindTo((order, known, clock) => [
      order,
      order.term < known.term ? { ...known, term: order.term, revision: 0, followedTerm: -1 } : known,
      clock,
    ]),
  },
  olderRevision: {
    rule,
    name: "it takes one of an older revision",
    mutation: blindTo((order, known, clock) => [order, { ...known, revision: 0 }, clock]),
  },
  lateOrder: {
    rule,
    name: "it takes one whose lease ran out",
    mutation: blindTo((order, known, clock) => [without(order, "writable"), known, clock]),
  },
  promotedWhereItFollowed: {
    rule,
    name: "it becomes primary in a term in which it followed",
    mutation: blindTo((order, known, clock) => [order, { ...known, followedTerm: -1 }, clock]),
  },
  resumesAsPrimary: {
    rule: "who comes back waits for a word of its term",
    name: "it is primary again at once",
    mutation: { agent: { resume: (order) => order } },
  },
} satisfies Record<string, Mutant>;
