import type { DatabaseControl } from "./database-control.ts";

/** Finds the agent that runs a database. Connecting costs nothing until the first request. */
export interface DatabaseConnector {
  connect(agent: AgentAddress): DatabaseControl;
}

export interface AgentAddress {
  readonly host: string;
  readonly port: number;
  /** A secret: never logged. */
  readonly token: string;
}
