import type {
  AgentAddress,
  DatabaseConnector,
  DatabaseControl,
  DatabaseReplica,
  DatabaseState,
  DesiredDatabase,
} from "../ports/index.ts";

/** One agent and its server: obeys at once, and refuses an older term as the real one does. */
export class SimulatedDatabase implements DatabaseControl {
  readonly token: string;
  /** Everything it was told, oldest first. */
  readonly told: DesiredDatabase[] = [];
  /** While it does not answer, requests fail. */
  answering = true;
  /** What its `pg_stat_replication` shows while it is primary. */
  replicas: readonly DatabaseReplica[] = [];
  #desired: DesiredDatabase = { role: "fenced", term: 0, syncStandbys: [], standbys: [] };

  constructor(token: string) {
    this.token = token;
  }

  state(): Promise<DatabaseState> {
    if (!this.answering) return Promise.reject(new Error("the agent does not answer"));
    const { role, term, syncStandbys } = this.#desired;
    const replicas = role === "primary" ? this.replicas : [];
    return Promise.resolve({ role, term, reason: "", syncStandbys, replicas, streaming: role === "standby" });
  }

  desire(desired: DesiredDatabase): Promise<DatabaseState> {
    if (!this.answering) return this.state();
    if (desired.term < this.#desired.term) return Promise.reject(new Error("refused with 409"));
    this.told.push(desired);
    this.#desired = desired;
    return this.state();
  }

  /** As after a restart of the agent: a primary comes back fenced, and waits to be told. */
  restart(): void {
    if (this.#desired.role === "primary") this.#desired = { ...this.#desired, role: "fenced" };
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
