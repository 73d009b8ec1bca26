/**
 * What the agent says and obeys, over HTTP/JSON on its own port, `Authorization: Bearer <agent-token>`:
 *   GET /v1/state    -> AgentState
 *   PUT /v1/desired  DesiredState -> 202 AgentState   (level-triggered: the same again changes nothing)
 *   GET /livez       -> 200 while the agent runs (no token)
 *   GET /readyz      -> 200 when the server answers queries in the role that was asked for (no token)
 * The agent never decides: after its own restart it starts the server only as it was last told, a primary comes
 * back fenced (read-only, no writer) until the controller asks again.
 */
export interface DesiredState {
  readonly role: "primary" | "standby" | "fenced";
  /** Grows with every change of primary; a lower one than the agent has seen is refused with 409. */
  readonly term: number;
  /**
   * Of what the register says, within the term: an order of a lower one is refused with 409, so that a controller which was
   * paused with an order in its hand cannot undo a later one. Absent: 0.
   */
  readonly revision?: number;
  /** For a primary: until when it may be writable; absent: until it is told otherwise. */
  readonly writable?: WritableUntil;
  /** For a standby: where the primary listens. */
  readonly upstream?: { readonly host: string; readonly port: number };
  /**
   * For a primary: standbys (by application_name = site name) that a commit waits for, every one of them; empty: none. For a fenced
   * one: those that it is going to wait for if it goes on.
   */
  readonly syncStandbys: readonly string[];
  /** For a primary: standbys that may connect; each has a physical slot `holdfast_<name>`. */
  readonly standbys: readonly string[];
  /**
   * For a primary whose folder is empty: may it begin a new, empty database? Absent: only in term 0 or 1, because a later
   * term means that the store has held data, and then an empty folder is a lost disk.
   */
  readonly initialize?: boolean;
}

/**
 * The end of the site lease, on the agent's own clock, so that no time on the way makes it longer: when it passes, the agent fences
 * its server by itself, whatever has become of the controller. A moment on another clock (of an agent that has restarted
 * since) is refused with 409.
 */
export interface WritableUntil {
  readonly clock: string;
  readonly untilMs: number;
}

export interface AgentState {
  readonly role: "primary" | "standby" | "fenced" | "starting" | "cloning" | "stopped";
  readonly term: number;
  /** Of the latest order. */
  readonly revision: number;
  /** Of the order that was last carried out in full: what it asks is in effect in every process of the server, and nothing older is under way. */
  readonly settledRevision: number;
  /** Monotonic milliseconds of this process, as it answered; `id` differs after each start of the agent. */
  readonly clock: { readonly id: string; readonly nowMs: number };
  /** Bytes left on the data volume; absent where the system does not say. */
  readonly freeBytes?: number;
  /** Why the role differs from what was asked, in words; empty when it does not. */
  readonly reason: string;
  readonly systemIdentifier?: string;
  readonly timeline?: number;
  /**
   * pg_lsn as text: the end of WAL flushed (primary) or received and flushed (standby, fenced). Absent while it is not
   * known for certain, for example while the server still reads its own WAL after a restart.
   */
  readonly position?: string;
  readonly replayPosition?: string;
  /** A standby: is it streaming from its upstream now? */
  readonly streaming?: boolean;
  /** The names that a commit waits for now, as the server has them in effect. */
  readonly syncStandbys: readonly string[];
  readonly replicas: readonly ReplicaState[];
  /** While the role is "cloning". */
  readonly clone?: { readonly receivedBytes: number; readonly totalBytes?: number };
}

/** One row of pg_stat_replication. */
export interface ReplicaState {
  readonly name: string;
  readonly state: string;
  readonly syncState: "async" | "potential" | "sync" | "quorum";
  readonly flushPosition?: string;
  readonly replayPosition?: string;
  readonly lagBytes?: number;
  /** When its last reply was sent, by the replica's clock. */
  readonly replyTime?: string;
}
