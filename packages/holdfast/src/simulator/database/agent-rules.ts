import type { DesiredDatabase } from "../../ports/index.ts";

/** What an agent remembers of its orders. */
export interface KnownOrders {
  readonly term: number;
  readonly revision: number;
  readonly followedTerm: number;
}

/** The agent's part in the safety of a store, together: so that a test can break one of them and see what goes wrong. */
export interface AgentRules {
  /** Why an order is not taken; undefined: it is. `clock`: the agent's own, now. */
  refuse(order: DesiredDatabase, known: KnownOrders, clock: { id: string; nowMs: number }): string | undefined;
  /** What its server is to be after a restart, until the next order comes. */
  resume(order: DesiredDatabase): DesiredDatabase;
}

export const agentRules: AgentRules = {
  refuse: ({ role, term, revision = 0, writable }, known, clock) => {
    if (term < known.term) return `term ${term} is over: the latest is ${known.term}`;
    if (term === known.term && revision < known.revision)
      return `revision ${revision} of term ${term} is over: the latest is ${known.revision}`;
    if (role === "primary" && term <= known.followedTerm)
      return `a standby of term ${known.followedTerm} becomes primary only in a later term`;
    if (writable === undefined) return undefined;
    if (writable.clock !== clock.id) return "the lease is on the clock of an agent that has restarted since";
    return writable.untilMs <= clock.nowMs ? "the lease ran out before it came here" : undefined;
  },
  resume: (order) => (order.role === "primary" ? { ...order, role: "fenced" } : order),
};
