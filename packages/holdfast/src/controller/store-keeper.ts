import type { StoreStatus } from "../api-contract/index.ts";
import { elapsedMs, instant } from "../base/index.ts";
import type { Clock, Instant } from "../base/index.ts";
import { graceFor, startWatch, stepProtection } from "../core/data-protection/index.ts";
import type { Protection, ProtectionSettings, StandbyWatch } from "../core/data-protection/index.ts";
import { AGENT_PORT, secretNames } from "../core/render/kubernetes/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../core/spec/index.ts";
import type {
  Cluster,
  DatabaseConnector,
  DatabaseControl,
  DatabaseState,
  DesiredDatabase,
  Log,
  PrimaryRecord,
  PrimaryRegister,
} from "../ports/index.ts";
import { desiredDatabase, isAsDesired } from "./desired-database.ts";

export interface StoreKeeperPorts {
  readonly cluster: Cluster;
  readonly register: PrimaryRegister;
  readonly databases: DatabaseConnector;
  readonly clock: Clock;
  readonly log: Log;
}

/** A standby has nothing to hold up: it is looked at once a second. */
const STANDBY_LOOK_MS = 1000;
/** While a database is on its way to what was asked, the same is asked again so often. */
const REPEAT_MS = 1000;

/** Keeps this site's database of one store as the register says. */
export class StoreKeeper {
  readonly store: PostgresqlStore;
  readonly #fleet: Fleet;
  readonly #self: SiteName;
  readonly #ports: StoreKeeperPorts;
  readonly #settings: ProtectionSettings;
  #watch: StandbyWatch | undefined;
  #agent: { readonly address: string; readonly control: DatabaseControl } | undefined;
  #told: { readonly text: string; readonly at: Instant } | undefined;
  #status: StoreStatus;

  constructor(fleet: Fleet, store: PostgresqlStore, self: SiteName, ports: StoreKeeperPorts) {
    this.store = store;
    this.#fleet = fleet;
    this.#self = self;
    this.#ports = ports;
    this.#settings = {
      durability: store.durability,
      whenAlone: store.whenAlone,
      standbys: store.sites.filter((site) => site !== self),
      graceMs: graceFor(store.lease),
    };
    const since = ports.clock.wallTime().toISOString();
    const reason = "not looked at yet";
    this.#status = { name: store.name, role: "unreachable", syncStandbys: [], lag: {}, since, reason };
  }

  /** What the last run of this controller said: if it is still so, it has been so since then. */
  restore(kept: StoreStatus): void {
    this.#status = { ...kept, name: this.store.name };
  }

  status(): StoreStatus {
    return this.#status;
  }

  /** One look and the next needed thing. `podAddress`: of this site's database, where it has one now. */
  async turn(podAddress: string | undefined, signal: AbortSignal): Promise<number> {
    const record = await this.#ports.register.read(this.store.name, signal);
    try {
      if (podAddress === undefined) throw new Error(`the pod ${this.store.name}-0 has no address yet`);
      const agent = await this.#agentAt(podAddress, signal);
      const seen = await agent.state(signal);
      const protection = this.#protect(record, seen);
      const desired = desiredDatabase(this.#fleet, this.store, this.#self, record, protection);
      const state = (await this.#tell(agent, seen, desired, signal)) ?? seen;
      this.#report(record, state, protection);
      return this.#restMs(record, protection);
    } catch (error) {
      // Next time with a connection and a token that are new: the pod or its Secret may be.
      this.#agent = undefined;
      this.#reportUnreachable(record, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** A primary whose commits are where they should be is left alone twice as long as one that is in trouble. */
  #restMs(record: PrimaryRecord, { reason }: Protection): number {
    if (record.primary !== this.#self) return STANDBY_LOOK_MS;
    return reason === "" ? 2 * this.store.lease.renewMs : this.store.lease.renewMs;
  }

  #protect(record: PrimaryRecord, state: DatabaseState): Protection {
    const { clock } = this.#ports;
    // A server that has just come up gives its standbys the whole grace to come back to it.
    const serving = record.primary === this.#self && state.role === "primary";
    const watch = (serving ? this.#watch : undefined) ?? startWatch(this.#settings.standbys, clock.now());
    const observed = { waitedFor: state.syncStandbys, replicas: state.replicas };
    const protection = stepProtection(watch, observed, this.#settings, clock.now());
    this.#watch = serving ? protection.watch : undefined;
    return protection;
  }

  /** Tells the agent what to be where it is not that, or where it was told something else before. */
  async #tell(
    agent: DatabaseControl,
    state: DatabaseState,
    desired: DesiredDatabase,
    signal: AbortSignal,
  ): Promise<DatabaseState | undefined> {
    const { clock, log } = this.#ports;
    const text = JSON.stringify(desired);
    const fresh = this.#told?.text !== text;
    const due =
      !isAsDesired(state, desired) && elapsedMs(this.#told?.at ?? instant(-REPEAT_MS), clock.now()) >= REPEAT_MS;
    if (!fresh && !due) return undefined;
    if (fresh) {
      const { role, term, syncStandbys } = desired;
      log.info("telling the database what to be", {
        store: this.store.name,
        role,
        term,
        waitsFor: syncStandbys.join(" "),
      });
    }
    const told = await agent.desire(desired, signal);
    this.#told = { text, at: clock.now() };
    return told;
  }

  async #agentAt(podAddress: string, signal: AbortSignal): Promise<DatabaseControl> {
    if (this.#agent?.address === podAddress) return this.#agent.control;
    const token = await this.#token(signal);
    const control = this.#ports.databases.connect({ host: podAddress, port: AGENT_PORT, token });
    this.#agent = { address: podAddress, control };
    // Another pod has been told nothing.
    this.#told = undefined;
    return control;
  }

  async #token(signal: AbortSignal): Promise<string> {
    const { namespace } = this.#fleet.application;
    const name = secretNames(this.store.name).system;
    const secret = await this.#ports.cluster.get({ apiVersion: "v1", kind: "Secret", namespace, name }, signal);
    const encoded = (secret?.["data"] as Record<string, string> | undefined)?.["agent-token"];
    if (encoded === undefined) throw new Error(`the Secret ${namespace}/${name} has no agent-token`);
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  }

  #report({ primary, term }: PrimaryRecord, state: DatabaseState, protection: Protection): void {
    const isPrimary = primary === this.#self && state.role === "primary";
    const lag = state.replicas.flatMap(({ name, lagBytes }) =>
      lagBytes === undefined ? [] : [[name, lagBytes] as const],
    );
    this.#set({
      name: this.store.name,
      primary,
      term,
      role: state.role,
      ...(isPrimary && { durability: protection.durability }),
      syncStandbys: state.syncStandbys,
      lag: Object.fromEntries(lag),
      ...(state.streaming !== undefined && { streaming: state.streaming }),
      reason: state.reason !== "" ? state.reason : isPrimary ? protection.reason : "",
    });
  }

  #reportUnreachable({ primary, term }: PrimaryRecord, reason: string): void {
    this.#set({ name: this.store.name, primary, term, role: "unreachable", syncStandbys: [], lag: {}, reason });
  }

  #set(status: Omit<StoreStatus, "since">): void {
    const { clock, log } = this.#ports;
    const before = this.#status;
    const changed =
      before.role !== status.role || before.primary !== status.primary || before.durability !== status.durability;
    this.#status = { ...status, since: changed ? clock.wallTime().toISOString() : before.since };
    if (!changed) return;
    const { name, role, durability, reason } = status;
    const loud = durability === "local-only" || durability === "blocked" || role === "unreachable";
    const fields = { store: name, role, durability, reason: reason === "" ? undefined : reason };
    if (loud) log.warn("the store changed", fields);
    else log.info("the store changed", fields);
  }
}
