import type { Clock } from "../base/index.ts";
import type {
  AgentAddress,
  DatabaseConnector,
  DatabaseControl,
  DatabaseReplica,
  DatabaseState,
  DesiredDatabase,
} from "../ports/index.ts";

const NEVER: DesiredDatabase = { role: "fenced", term: -1, revision: 0, syncStandbys: [], standbys: [] };

/** One agent and its server: obeys at once, refuses what is out of date and fences itself as the real one does; its log is empty. */
export class SimulatedDatabase implements DatabaseControl {
  readonly token: string;
  /** Everything it was told, oldest first. */
  readonly told: DesiredDatabase[] = [];
  /** While it does not answer, requests fail. */
  answering = true;
  position = "0/10";
  freeBytes = 1e9;
  /** What its `pg_stat_replication` shows while it is primary. */
  replicas: () => readonly DatabaseReplica[] = () => [];
  readonly #clock: Clock;
  #starts = 1;
  #desired = NEVER;

  constructor(token: string, clock: Clock) {
    this.token = token;
    this.#clock = clock;
  }

  get role(): DesiredDatabase["role"] {
    const { role, writable } = this.#desired;
    return role === "primary" && !this.#runs(writable) ? "fenced" : role;
  }

  /** Whom it follows, while it is a standby. */
  get upstream(): string | undefined {
    return this.#desired.upstream?.host;
  }

  state(): Promise<DatabaseState> {
    if (!this.answering) return Promise.reject(new Error("the agent does not answer"));
    const { role, position, freeBytes } = this;
    const { term, revision = 0, syncStandbys } = this.#desired;
    return Promise.resolve({
      role,
      term,
      revision,
      settledRevision: revision,
      clock: { id: this.#clockId, nowMs: this.#clock.now() },
      freeBytes,
      position,
      reason: "",
      syncStandbys: role === "primary" ? syncStandbys : [],
      replicas: role === "primary" ? this.replicas() : [],
      streaming: role === "standby",
    });
  }

  desire(desired: DesiredDatabase): Promise<DatabaseState> {
    if (!this.answering) return this.state();
    const { term, revision = 0 } = this.#desired;
    const outdated = desired.term < term || (desired.term === term && (desired.revision ?? 0) < revision);
    if (outdated || !this.#runs(desired.writable)) return Promise.reject(new Error("refused with 409"));
    this.told.push(desired);
    this.#desired = desired;
    return this.state();
  }

  /** As after a restart of the agent: a primary comes back fenced, and waits to be told. */
  restart(): void {
    this.#starts += 1;
    if (this.#desired.role === "primary") this.#desired = { ...this.#desired, role: "fenced" };
  }

  get #clockId(): string {
    return `start ${this.#starts}`;
  }

  /** Until a moment on the clock of this start of the agent. */
  #runs(writable: DesiredDatabase["writable"]): boolean {
    return !writable || (writable.clock === this.#clockId && this.#clock.now() < writable.untilMs);
  }
}

/** Agents by host; one that is not there, or was given a wrong token, does not answer. */
export class SimulatedDatabases implements DatabaseConnector {
  readonly byHost = new Map<string, SimulatedDatabase>();

  connect({ host, token }: AgentAddress): DatabaseControl {
    const at = (): DatabaseControl => {
      const found = this.byHost.get(host);
      if (!found) throw new Error(`nobody listens at ${host}`);
      if (found.token !== token) throw new Error("refused with 401");
      return found;
    };
    return {
      state: async (signal) => at().state(signal),
      desire: async (desired, signal) => at().desire(desired, signal),
    };
  }
}
