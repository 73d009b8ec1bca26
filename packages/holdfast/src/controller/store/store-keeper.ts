import type { StoreStatus } from "../../api-contract/index.ts";
import { elapsedMs, instant } from "../../base/index.ts";
import type { Clock, Instant, Random } from "../../base/index.ts";
import { failoverRules, failoverSettings, firstLease, patienceMs, startAsPrimary } from "../../core/failover/index.ts";
import type {
  FailoverRules,
  FailoverSettings,
  Lease,
  PrimaryMemory,
  RequestSight,
  Transition,
} from "../../core/failover/index.ts";
import { membersOf } from "../../core/spec/index.ts";
import type { ControlledFleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { DatabaseControl, Log, PeerClusters } from "../../ports/index.ts";
import { Bell } from "../bell.ts";
import { StoreRegister } from "../register/store-register.ts";
import type { ChangeOutcome } from "../register/store-register.ts";
import { following, repeat } from "../repeat.ts";
import { followOwnVoter } from "../register/own-voter.ts";
import { DatabaseKeeper } from "./database-keeper.ts";
import { LeaseView } from "./lease-view.ts";
import { describeStatus } from "./store-status.ts";

export interface StoreKeeperPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly peers: PeerClusters;
  /** This site's database of the store. */
  readonly database: DatabaseControl;
  readonly log: Log;
}

/** While a database is on its way to what it was told to be, and somebody waits for it. */
const HURRY_MS = 20;
/** A standby has nothing to hold up. */
const STANDBY_LOOK_MS = 1000;
/** While a standby is joining, for its progress is what the next step waits for. */
const JOINING_LOOK_MS = 50;
const RETRY_MS = 200;

/**
 * Keeps one store at one site: holds or watches its lease, takes part in elections, and tells the database what to be. Each turn
 * looks at the lease and the database, makes at most one change to the register, and gives the order that follows from it.
 */
export class StoreKeeper {
  readonly store: PostgresqlStore;
  readonly #ports: StoreKeeperPorts;
  readonly #settings: FailoverSettings;
  readonly #register: StoreRegister<Lease>;
  readonly #database: DatabaseKeeper;
  readonly #view = new LeaseView();
  readonly #bell = new Bell();
  readonly #onChange: () => void;
  readonly #rules: FailoverRules;
  #memory: PrimaryMemory | undefined;
  /** From before the last round that decided this site's lease. */
  #heldSince: Instant | undefined;
  /** Of this life of the controller. */
  readonly #nonce: string;
  #proposals = 0;
  #readAt: Instant | undefined;
  /** When it was last certain that a majority of the voters can be reached, from here or by whom this site hears. */
  #heardAt: Instant;
  #place = "";
  #trouble = "the register has not been read yet";
  #status: StoreStatus;

  /** `onChange`: the status says something new. */
  constructor(
    fleet: Pick<ControlledFleet, "sites" | "witness">,
    store: PostgresqlStore,
    self: SiteName,
    ports: StoreKeeperPorts,
    onChange: () => void = () => undefined,
    rules: FailoverRules = failoverRules,
  ) {
    this.store = store;
    this.#ports = ports;
    this.#settings = failoverSettings(store, self);
    this.#onChange = onChange;
    this.#rules = rules;
    const voters = membersOf(fleet).map(({ name }) => name);
    this.#nonce = Math.floor(ports.random.next() * 2 ** 40).toString(36);
    const options = {
      proposer: `${self}/${this.#nonce}`,
      voters,
      store: store.name,
      timeoutMs: this.#settings.ttlMs / 4,
    };
    this.#register = new StoreRegister(options, ports);
    this.#heardAt = ports.clock.now();
    this.#database = new DatabaseKeeper(fleet, store, self, ports);
    this.#status = this.#describe();
  }

  status(): StoreStatus {
    return this.#status;
  }

  /** The latest lease that is known to be decided. */
  get lease(): Lease | undefined {
    return this.#view.lease;
  }

  /** What this site knows when an operator asks for something. */
  get sight(): RequestSight {
    return {
      lease: this.#view.lease,
      stillMs: this.#view.stillForMs(this.#ports.clock.now()),
      database: this.#database.sight,
      trouble: this.#trouble,
    };
  }

  /** Is this site's database primary and allowed to be? Then it is where writes go. */
  get writable(): boolean {
    return this.#database.sight?.role === "primary" && this.#holds(this.#ports.clock.now());
  }

  /**
   * No majority of the voters has been heard of for the time of a lease: this site cannot know what the others have decided
   * since, and whoever comes here may be better off elsewhere.
   */
  get isCutOff(): boolean {
    const { clock } = this.#ports;
    return (
      this.#view.lease !== undefined &&
      this.#trouble !== "" &&
      elapsedMs(this.#heardAt, clock.now()) >= this.#settings.ttlMs
    );
  }

  /** Another site, while its lease moves: it is alive, whatever the link between here and there says. */
  get livingPrimary(): SiteName | undefined {
    const { lease } = this.#view;
    if (!lease || lease.phase !== "serving" || lease.primary === this.#settings.self) return undefined;
    return this.#view.stillForMs(this.#ports.clock.now()) < this.#settings.ttlMs ? lease.primary : undefined;
  }

  /** Something that the next turn depends on has changed. */
  hurry(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports;
    const { name } = this.store;
    const keeping = {
      name: `keeping the store ${name}`,
      retryMs: RETRY_MS,
      bell: this.#bell,
      turn: (until: AbortSignal) => this.#turn(until),
    };
    const onLease = (lease: Lease) => {
      // What this site wrote to its own voter tells nothing of the others.
      if (lease.primary !== this.#settings.self) this.#heardAt = clock.now();
      if (this.#view.heard(lease, clock.now()) === "read") {
        this.#readAt = undefined;
        this.#bell.ring();
      }
    };
    const hearing = following(
      `following the register of ${name}`,
      (until, trouble) => followOwnVoter(this.#ports.peers, this.#settings.self, name, onLease, until, trouble),
      log,
    );
    await Promise.all([repeat(keeping, clock, log, signal), repeat(hearing, clock, log, signal)]);
  }

  /** A change of the register by order of somebody: applied to what is decided, or not at all. */
  async change(transition: Transition, signal: AbortSignal): Promise<Lease | undefined> {
    const outcome = await this.#change(transition, signal);
    this.#bell.ring();
    return outcome.kind === "unknown" ? undefined : outcome.value;
  }

  async #turn(signal: AbortSignal): Promise<number> {
    try {
      if (this.#mustRead()) await this.#read(signal);
      const lease = this.#view.lease;
      if (!lease) {
        await this.#database.look(signal);
        return this.#settings.renewMs;
      }
      return isServing(lease, this.#settings.self)
        ? await this.#lead(lease, signal)
        : await this.#succeed(lease, signal);
    } finally {
      this.#report();
    }
  }

  /** Not while a primary renews, nor while this site's own voter shows that somebody does. */
  #mustRead(): boolean {
    const { clock } = this.#ports;
    const { self, ttlMs, renewMs } = this.#settings;
    const { lease } = this.#view;
    if (!lease || this.#readAt === undefined) return true;
    if (isServing(lease, self)) return false;
    const now = clock.now();
    const isStill = lease.phase === "electing" || this.#view.stillForMs(now) >= ttlMs / 2;
    return isStill && elapsedMs(this.#readAt, now) >= renewMs / 2;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const now = this.#ports.clock.now();
    this.#readAt = now;
    const reading = await this.#register.read(signal);
    this.#view.read(reading, now);
    if (reading.kind !== "unknown") this.#heardFromMajority(now);
    if (reading.kind === "undecided" && this.#view.stillForMs(now) >= this.#settings.ttlMs) await this.#settle(signal);
    if (reading.kind === "empty") await this.#begin(signal);
    else if (reading.kind === "unknown") this.#trouble = reading.reason;
  }

  /** Whoever proposed the newest value is gone without having decided it: somebody has to, before anything can rest on it. */
  async #settle(signal: AbortSignal): Promise<void> {
    this.#take(await this.#register.change(() => undefined, signal));
  }

  /** A store begins once: by the site where its primary starts, when all voters are there, and where no database knows better. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { self, sites } = this.#settings;
    this.#trouble = `${sites[0] ?? "nobody"} has not begun the store yet`;
    if (sites[0] !== self) return;
    const sight = await this.#database.look(signal);
    if (!sight) return;
    if (sight.term > 0) {
      this.#trouble = `the register is empty, and the database of ${self} remembers term ${sight.term}: see \`holdfast rebuild-register\``;
      return;
    }
    const { clock } = this.#ports;
    const first = firstLease(this.#settings, clock.wallTime().toISOString());
    const outcome = await this.#register.change((current) => (current ? undefined : first), signal);
    this.#take(outcome);
  }

  /** This site is primary by the register. */
  async #lead(lease: Lease, signal: AbortSignal): Promise<number> {
    const { clock } = this.#ports;
    const { renewMs, sites, self } = this.#settings;
    const now = clock.now();
    // First thing: a lease that may have run out is no longer this site's, whatever the register is going to say.
    if (this.#heldSince !== undefined && !this.#holds(now)) await this.#order(lease, signal);
    const sight = this.#database.sight;
    const others = sites.filter((site) => site !== self);
    this.#memory = this.#rules.lookAtPrimary(
      this.#memory ?? startAsPrimary(others, now),
      lease,
      sight,
      this.#settings,
      now,
    );
    const next = this.#rules.nextAsPrimary(
      this.#memory,
      lease,
      sight,
      this.#settings,
      clock.wallTime().toISOString(),
      now,
    );
    const sinceMs = this.#heldSince === undefined ? Infinity : elapsedMs(this.#heldSince, now);
    const due = next !== undefined && (next.kind !== "renew" || sinceMs >= renewMs);
    const outcome = due ? await this.#change(next, signal) : undefined;
    const current = outcome && outcome.kind !== "unknown" ? outcome.value : lease;
    await this.#order(current, signal);
    if (!isServing(current, self)) return 0;
    // Voters that refuse at once are not asked in a tight loop.
    if (outcome && outcome.kind !== "changed") return HURRY_MS;
    return outcome && next?.kind !== "renew" ? 0 : this.#restAsPrimary(current);
  }

  #restAsPrimary(lease: Lease): number {
    const { clock } = this.#ports;
    const { renewMs } = this.#settings;
    const sinceMs = elapsedMs(this.#heldSince ?? instant(-Infinity), clock.now());
    const untilRenewal = Math.max(0, Math.min(renewMs, renewMs - sinceMs));
    // While it steps down nobody can write: the next step is due as soon as the database is fenced.
    const hurries = !this.#database.isAsOrdered || lease.switchover !== undefined;
    const pace = hurries ? HURRY_MS : hasJoining(lease) ? JOINING_LOOK_MS : renewMs;
    return this.#holds(clock.now()) ? Math.min(untilRenewal, pace) : Math.min(renewMs, pace);
  }

  /** Another site is primary, or nobody is. */
  async #succeed(lease: Lease, signal: AbortSignal): Promise<number> {
    const { clock } = this.#ports;
    const { renewMs } = this.#settings;
    this.#memory = undefined;
    await this.#order(lease, signal);
    const now = clock.now();
    const watch = this.#view.watch;
    const at = clock.wallTime().toISOString();
    const next = watch && this.#rules.nextAsSuccessor(watch, lease, this.#database.sight, this.#settings, at, now);
    if (next) {
      const { kind } = await this.#change(next, signal);
      if (kind !== "unknown") return kind === "changed" ? 0 : HURRY_MS;
    }
    if (lease.phase === "electing") return this.#database.isAsOrdered ? renewMs / 2 : HURRY_MS;
    const patience = patienceMs(lease, this.#settings) - this.#view.stillForMs(clock.now());
    return Math.max(1, Math.min(renewMs, patience > 0 ? patience : renewMs));
  }

  async #change(transition: Transition, signal: AbortSignal): Promise<ChangeOutcome<Lease>> {
    const outcome = await this.#register.change((current) => {
      const next = current && this.#rules.applyTransition(current, transition, this.#settings);
      return next && { ...next, stamp: `${this.#nonce}.${(this.#proposals += 1)}` };
    }, signal);
    this.#take(outcome);
    if (outcome.kind === "changed") this.#tell(transition, outcome.value);
    return outcome;
  }

  #take(outcome: ChangeOutcome<Lease>): void {
    if (outcome.kind === "unknown") {
      this.#trouble = outcome.reason;
      return;
    }
    const { kind, value, began } = outcome;
    this.#heardFromMajority(began);
    this.#view.decided(value, began);
    // What was declined has moved nothing: to the others this lease is as still as before, and they may take it.
    if (kind === "changed" && isServing(value, this.#settings.self)) this.#heldSince = began;
  }

  #heardFromMajority(at: Instant): void {
    this.#trouble = "";
    this.#heardAt = at;
  }

  /** The order that follows, given as soon as it is known: a fence waits for nothing. */
  async #order(lease: Lease, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const { self, holdMs } = this.#settings;
    const holds = isServing(lease, self) && this.#holds(clock.now());
    const until = holds && this.#heldSince !== undefined ? instant(this.#heldSince + holdMs) : undefined;
    const pace = isServing(lease, self) || lease.phase === "electing" ? 0 : STANDBY_LOOK_MS;
    await this.#database.order(this.#rules.orderFor(lease, self, holds), until, pace, signal);
  }

  #holds(now: Instant): boolean {
    return this.#heldSince !== undefined && elapsedMs(this.#heldSince, now) < this.#settings.holdMs;
  }

  #tell(transition: Transition, { term, revision, phase, primary, syncStandbys }: Lease): void {
    if (transition.kind === "renew") return;
    const fields = { store: this.store.name, term, revision, phase, primary, inSync: syncStandbys.join(" ") };
    const reason = "reason" in transition ? transition.reason : undefined;
    const loud = ["elect", "abdicate", "drop", "force"].includes(transition.kind);
    this.#ports.log[loud ? "warn" : "info"](`the lease changed: ${transition.kind}`, { ...fields, reason });
  }

  #report(): void {
    const before = this.#status;
    this.#status = this.#describe();
    const place = `${this.writable} ${this.isCutOff} ${this.livingPrimary}`;
    const moved = place !== this.#place;
    this.#place = place;
    const facts = ({ role, primary, term, durability, phase, syncStandbys }: StoreStatus) =>
      JSON.stringify([role, primary, term, durability, phase, syncStandbys]);
    if (moved || facts(before) !== facts(this.#status)) this.#onChange();
  }

  #describe(): StoreStatus {
    const { clock } = this.#ports;
    const leaseMs = this.#heldSince === undefined ? 0 : this.#settings.holdMs - elapsedMs(this.#heldSince, clock.now());
    return describeStatus({
      name: this.store.name,
      self: this.#settings.self,
      lease: this.#view.lease,
      leaseMs: Math.max(0, Math.round(leaseMs)),
      trouble: this.#trouble,
      database: this.#database,
    });
  }
}

function isServing(lease: Lease, self: SiteName): boolean {
  return lease.phase === "serving" && lease.primary === self;
}

function hasJoining({ joining }: Lease): boolean {
  return Object.keys(joining).length > 0;
}
