import type { AgentState, DesiredState } from "@holdfast/postgres-agent/contract";

// What a database is told and says of itself is the agent's contract, whoever carries it.
export type {
  AgentState as DatabaseState,
  DesiredState as DesiredDatabase,
  ReplicaState as DatabaseReplica,
} from "@holdfast/postgres-agent/contract";

/** One database server of a store, in this controller's own site. The real one talks to the postgres-agent. */
export interface DatabaseControl {
  /** Rejects when the agent does not answer. */
  state(signal: AbortSignal): Promise<AgentState>;
  desire(desired: DesiredState, signal: AbortSignal): Promise<AgentState>;
}
