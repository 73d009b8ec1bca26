/** One database server of a store, in this controller's own site. The real one talks to the postgres-agent. */
export interface DatabaseControl {
  /** Rejects when the agent does not answer. */
  state(signal: AbortSignal): Promise<DatabaseState>;
  desire(desired: DesiredDatabase, signal: AbortSignal): Promise<DatabaseState>;
}

export interface DesiredDatabase {
  readonly role: "primary" | "standby" | "fenced";
  readonly term: number;
  readonly upstream?: { readonly host: string; readonly port: number };
  readonly syncStandbys: readonly string[];
  readonly standbys: readonly string[];
}

export interface DatabaseState {
  readonly role: "primary" | "standby" | "fenced" | "starting" | "cloning" | "stopped";
  readonly term: number;
  readonly reason: string;
  readonly systemIdentifier?: string;
  readonly timeline?: number;
  readonly position?: string;
  readonly replayPosition?: string;
  readonly streaming?: boolean;
  readonly syncStandbys: readonly string[];
  readonly replicas: readonly DatabaseReplica[];
}

export interface DatabaseReplica {
  readonly name: string;
  readonly state: string;
  readonly syncState: "async" | "potential" | "sync" | "quorum";
  readonly flushPosition?: string;
  readonly replayPosition?: string;
  readonly lagBytes?: number;
}
