import { elapsedMs, instant } from "../../base/index.ts";
import type { Clock, Instant } from "../../base/index.ts";
import type { DatabaseSight, Order } from "../../core/failover/index.ts";
import type { ControlledFleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { DatabaseControl, DatabaseState, DesiredDatabase, Log } from "../../ports/index.ts";

/** While a database is on its way to what was asked, the same is asked again so often. */
const REPEAT_MS = 1000;
const OUTSTANDING_MAX = 4;

/** Tells one database what to be, and remembers what it said last. */
export class DatabaseKeeper {
  readonly #fleet: Pick<ControlledFleet, "sites">;
  readonly #store: PostgresqlStore;
  readonly #self: SiteName;
  readonly #ports: { readonly clock: Clock; readonly database: DatabaseControl; readonly log: Log };
  #state: DatabaseState | undefined;
  #seenAt: Instant = instant(-Infinity);
  /** The order without its deadline, and when it was given. */
  #told: { readonly text: string; readonly at: Instant } | undefined;
  #ordered: Order | undefined;
  readonly #patienceMs: number;
  #asked = 0;
  #newest = 0;
  #outstanding = 0;
  #trouble = "it has not been looked at yet";

  constructor(
    fleet: Pick<ControlledFleet, "sites">,
    store: PostgresqlStore,
    self: SiteName,
    ports: { readonly clock: Clock; readonly database: DatabaseControl; readonly log: Log },
  ) {
    this.#fleet = fleet;
    this.#store = store;
    this.#self = self;
    this.#ports = ports;
    this.#patienceMs = store.lease.renewMs / 2;
  }

  /** What it said last; undefined when it did not answer then. */
  get sight(): DatabaseSight | undefined {
    return this.#state;
  }

  get state(): DatabaseState | undefined {
    return this.#state;
  }

  /** Why there is no answer; empty when there is. */
  get trouble(): string {
    return this.#state ? "" : this.#trouble;
  }

  get isAsOrdered(): boolean {
    const order = this.#ordered;
    const state = this.#state;
    if (!order || !state || state.role !== order.role || state.term !== order.term) return false;
    // A fenced server's position is what everybody waits for.
    if (order.role === "fenced") return state.position !== undefined;
    return order.role === "standby" || sameNames(state.syncStandbys, order.syncStandbys);
  }

  async look(signal: AbortSignal): Promise<DatabaseState | undefined> {
    await this.#ask(() => this.#ports.database.state(signal), signal);
    return this.#state;
  }

  /**
   * Sees to it that the database has this order, and looks at it at most `paceMs` ago. `until`: the end of the lease, on this controller's
   * clock; a primary order goes out with each renewal, for that is what keeps it writable.
   */
  async order(order: Order, until: Instant | undefined, paceMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    this.#ordered = order;
    const desired = this.#desired(order);
    const text = JSON.stringify(desired);
    const fresh = this.#told?.text !== text;
    const age = elapsedMs(this.#told?.at ?? instant(-Infinity), clock.now());
    const repeats = order.role === "primary" ? age > 0 : !this.isAsOrdered && age >= REPEAT_MS;
    if (fresh || repeats) await this.#tell(desired, text, until, fresh, signal);
    else if (elapsedMs(this.#seenAt, clock.now()) >= paceMs) await this.look(signal);
  }

  async #tell(
    desired: DesiredDatabase,
    text: string,
    until: Instant | undefined,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, database, log } = this.#ports;
    // The end of a lease is told on the agent's own clock, so that has to be known first.
    if (desired.role === "primary" && !this.#state) await this.look(signal);
    const writable = until && this.#onItsClock(until);
    if (desired.role === "primary" && !writable) return;
    if (fresh) {
      const { role, term, syncStandbys } = desired;
      const waitsFor = syncStandbys.join(" ");
      log.info("telling the database what to be", { store: this.#store.name, role, term, waitsFor });
    }
    const at = clock.now();
    const order = { ...desired, ...(writable && { writable }) };
    await this.#ask(
      () => database.desire(order, signal),
      signal,
      () => (this.#told = { text, at }),
    );
  }

  /**
   * The agent's clock showed `nowMs` at the latest when its answer was here; both run on since then. So this moment comes on its
   * clock no later than on ours.
   */
  #onItsClock(until: Instant): DesiredDatabase["writable"] {
    const { clock } = this.#state ?? {};
    return clock && { clock: clock.id, untilMs: clock.nowMs + elapsedMs(this.#seenAt, until) };
  }

  /**
   * Returns when the answer is there, or soon after without it: a server that is slow to answer must not keep this site from
   * renewing its lease in time. An answer that comes later counts as well, unless a newer one was there first.
   */
  async #ask(
    request: () => Promise<DatabaseState>,
    signal: AbortSignal,
    onAnswer: () => void = () => undefined,
  ): Promise<void> {
    if (this.#outstanding >= OUTSTANDING_MAX) {
      await this.#ports.clock.sleep(this.#patienceMs, signal);
      return;
    }
    const number = (this.#asked += 1);
    this.#outstanding += 1;
    const done = new AbortController();
    const answering = request().then(
      (state) => this.#answered(number, state, onAnswer),
      (error: unknown) => this.#failed(number, error),
    );
    await Promise.race([answering, this.#ports.clock.sleep(this.#patienceMs, done.signal)]);
    done.abort();
    signal.throwIfAborted();
  }

  #answered(number: number, state: DatabaseState, onAnswer: () => void): void {
    this.#outstanding -= 1;
    if (number < this.#newest) return;
    this.#newest = number;
    this.#state = state;
    this.#seenAt = this.#ports.clock.now();
    onAnswer();
  }

  #failed(number: number, error: unknown): void {
    this.#outstanding -= 1;
    if (number < this.#newest) return;
    this.#newest = number;
    // The next order is given anew: it may be another agent, which was told nothing.
    this.#state = undefined;
    this.#told = undefined;
    this.#trouble = error instanceof Error ? error.message : String(error);
  }

  #desired({ role, term, revision, follows, syncStandbys, initialize }: Order): DesiredDatabase {
    const standbys = this.#store.sites.filter((site) => site !== this.#self);
    if (role === "primary")
      return { role, term, revision, standbys, syncStandbys, ...(initialize !== undefined && { initialize }) };
    const host = this.#fleet.sites.find((site) => site.name === follows)?.addresses.peering.dataHost;
    // Nobody to follow: then nobody may write here either.
    if (role === "fenced" || host === undefined) return { role: "fenced", term, revision, standbys: [], syncStandbys };
    return { role, term, revision, upstream: { host, port: this.#store.peeringPort }, standbys: [], syncStandbys: [] };
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}
