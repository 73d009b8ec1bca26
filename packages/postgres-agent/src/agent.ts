import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "./base-backup/receive.ts";
import { clone } from "./clone.ts";
import type { AgentConfig } from "./config.ts";
import type { AgentState, DesiredState, WritableUntil } from "./contract.ts";
import { DataFolder } from "./data-folder.ts";
import { refuseOutdated, type OrderMemory } from "./desired.ts";
import { FreeSpace } from "./free-space.ts";
import { initialize } from "./initialize.ts";
import { Lease, LEASE_RAN_OUT } from "./lease.ts";
import { judge } from "./lineage.ts";
import type { Log } from "./log.ts";
import { readMemory, writeMemory, type Memory } from "./memory.ts";
import type { Snapshot } from "./observe.ts";
import { describeStep, plan, type Observed, type Step } from "./plan.ts";
import { keepSlots, ownLogin, prepareDatabase, promotionsOf, recordPromotion } from "./prepare.ts";
import { reportRole, reportState, type Known } from "./report.ts";
import type { RunAs } from "./run-as.ts";
import { PostgresServer } from "./server.ts";
import { ServerView } from "./server-view.ts";
import { close, connect } from "./session.ts";
import type { Following, ServerSettings } from "./settings.ts";
import { ensureOwnSlot, examineOwn, examineUpstream, resolveUpstream, withUpstream } from "./upstream.ts";

/** Milliseconds. */
const LOOK_AGAIN_MS = { settled: 2_000, waiting: 25 };
const BACK_OFF_MS = { first: 100, last: 2_000 };
/** A fence may not wait for a slow checkpoint or a standby that does not answer; an orderly end may. */
const STOP_WITHIN_MS = { fence: 1_500, shutdown: 6_000 };
const PROMOTE_WITHIN_MS = 60_000;
const NOT_STREAMING_MS = 5_000;
const ANSWER_WITHIN_MS = 500;
const UNSETTLED_FRESH_MS = 10;

type Verdict = Observed["upstream"];
const NOT_EXAMINED: Verdict = { kind: "unknown", reason: "the upstream was not examined yet" };

/** Brings one server to what is desired and keeps it there: observe, plan one step, do it, again (plan.ts decides). */
export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Log;
  readonly #runAs: RunAs;
  readonly #data: DataFolder;
  readonly #server: PostgresServer;
  readonly #view: ServerView;
  readonly #freeSpace: FreeSpace;
  readonly #lease = new Lease(() => this.#leaseRanOut());
  #memory: Memory;
  /** The latest order heard, also where it could not be written down. */
  #heard: OrderMemory;
  /** What this agent was told, or may take from its memory; undefined: nothing is to run. */
  #desired: DesiredState | undefined;
  /** Is it fenced because of that, though last told to be primary? */
  #ranOut = false;

  /** The upstream that the desired one was found to be, and whether it fits. */
  #following: Following = { kind: "nobody" };
  #verdict: Verdict = NOT_EXAMINED;
  #streamedAt = 0;
  #prepared = "";
  #cloning: Progress | undefined;

  #reason = "";
  #reasonLogged = "";
  /** Since everything was as desired. */
  #failures = 0;
  #settledRevision = -1;
  /** Counts the times at which commits stopped waiting for anybody. */
  #listsEmptied = 0;
  /** For which start of the server, and which of those times, is it certain that commits wait? */
  #certainlyWaits = "";
  #confirming = "";
  #startNotBefore = 0;
  #action = new AbortController();
  #acting = false;
  #wake: () => void = () => undefined;
  #closing = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(config: AgentConfig, runAs: RunAs, log: Log) {
    this.#config = config;
    this.#runAs = runAs;
    this.#log = log;
    this.#data = new DataFolder(config, runAs);
    this.#server = new PostgresServer(this.#data.path, runAs, log, () => this.#wake());
    this.#view = new ServerView(this.#server, ownLogin(config), log);
    this.#freeSpace = new FreeSpace(config.dataFolder);
    this.#memory = this.#heard = readMemory(config.dataFolder);
    const { desired } = this.#memory;
    // Another may be primary by now: who was one comes back fenced, until it is told again.
    this.#desired = desired?.role === "primary" ? { ...desired, role: "fenced" } : desired;
  }

  async start(): Promise<void> {
    await this.#server.clearOrphans();
    await this.#data.repair();
    this.#loop = this.#run();
  }

  /** Takes an order, durably before it is obeyed, or says why it is refused. */
  desire(order: DesiredState): string | undefined {
    this.#lease.check();
    const { writable, ...desired } = order;
    const lease = desired.role === "primary" ? writable : undefined;
    const refused = refuseOutdated(desired, this.#heard) ?? this.#lease.refuse(lease);
    if (refused !== undefined) return refused;
    if (same(desired, this.#desired) && same(desired, this.#memory.desired)) {
      // A renewal, several times a second: nothing else changes.
      this.#lease.set(lease);
      return undefined;
    }
    const { role, term, revision = 0 } = desired;
    this.#heard = { term, revision, followedTerm: role === "standby" ? term : this.#heard.followedTerm };
    try {
      this.#remember({ desired, ...this.#heard });
    } catch (error) {
      // On a full disk a fence is obeyed all the same, but not confirmed: the state goes on to name the old term.
      if (role !== "primary") this.#obey(desired, undefined);
      throw error;
    }
    this.#obey(desired, lease);
    return undefined;
  }

  #obey(desired: DesiredState, lease: WritableUntil | undefined): void {
    const { role, term, revision, syncStandbys, upstream } = desired;
    this.#log.info({ role, term, revision, syncStandbys, ...(upstream ? { upstream } : {}) }, "told what to be");
    this.#ranOut = false;
    this.#reason = "just told";
    this.#turnTo(desired);
    // Last: if its time has passed while the order was written down, this turns it to fenced again before anything is done.
    this.#lease.set(lease);
  }

  /** Another site may be primary by now, so the sessions end before anything else is done. */
  #leaseRanOut(): void {
    const desired = this.#desired;
    if (desired?.role !== "primary") return;
    if (this.#view.mayBeWritable) this.#server.beginStop();
    this.#ranOut = true;
    this.#turnTo({ ...desired, role: "fenced" });
    this.#log.error({ term: desired.term, revision: desired.revision }, `${LEASE_RAN_OUT}: fencing the server`);
  }

  #turnTo(desired: DesiredState): void {
    if (!sameTask(desired, this.#desired)) {
      this.#following = { kind: "nobody" };
      this.#verdict = NOT_EXAMINED;
      this.#action.abort(new Error("told to be something else"));
      // Whatever statement the loop waits for, a fence does not wait for it. Without one the session stays: a standby that is to become
      // primary would lose a tenth of a second with a new one, twice.
      if (this.#acting || this.#view.mayBeWritable) this.#view.disconnect();
    }
    this.#desired = desired;
    this.#wake();
  }

  async state(): Promise<AgentState> {
    this.#lease.check();
    // Somebody waits for what is on its way, and asks often: an older answer would cost a tenth of a second.
    const maxAgeMs = this.#reason === "" ? undefined : UNSETTLED_FRESH_MS;
    const [snapshot, freeBytes] = await Promise.all([soon(this.#view.look(maxAgeMs)), soon(this.#freeSpace.look())]);
    this.#lease.check();
    return reportState(this.#known(snapshot, freeBytes));
  }

  /** Does the server answer in the role that was asked for? */
  async ready(): Promise<boolean> {
    this.#lease.check();
    const snapshot = await soon(this.#view.look());
    this.#lease.check();
    if (snapshot === undefined || this.#reason !== "" || this.#ranOut) return false;
    return reportRole(this.#known(snapshot), snapshot) === this.#desired?.role;
  }

  #known(snapshot: Snapshot | undefined, freeBytes?: number): Known {
    const { lastWords } = this.#server;
    const reasons = [
      this.#ranOut ? LEASE_RAN_OUT : "",
      this.#reason,
      lastWords && `the server ended by itself: ${lastWords}`,
    ];
    return {
      term: this.#memory.term,
      revision: this.#memory.revision,
      settledRevision: this.#settledRevision,
      clock: { id: this.#lease.clock, nowMs: this.#lease.nowMs },
      freeBytes,
      desiredRole: this.#desired?.role,
      reason: reasons.filter(Boolean).join("; "),
      cloning: this.#cloning,
      lives: this.#server.lives,
      snapshot,
      promoting: this.#view.promoting,
      last: this.#view.last,
      settingsInEffect: (seen) => this.#data.inEffect(this.#settings(), seen.settingsRevision),
    };
  }

  /** Stops the server in the orderly way, within bounds, and the loop. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#action.abort(new Error("the agent ends"));
    this.#wake();
    await this.#loop;
    this.#view.disconnect();
    await this.#server.stop(STOP_WITHIN_MS.shutdown);
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const desired = this.#desired;
      const observed = await this.#observe(woken);
      this.#lease.check();
      // Turned to something else meanwhile: what was seen is the answer to another question.
      if (desired !== this.#desired) continue;
      const step = plan(desired, observed);
      if (step.kind === "settled" && desired !== undefined && this.#isTakenByAll(desired))
        this.#settledRevision = desired.revision ?? 0;
      const waitMs = await this.#take(step);
      if (waitMs > 0 && !this.#isClosing()) await Promise.race([woken, sleep(waitMs, undefined, { ref: false })]);
    }
  }

  /** Does one step; answers after how many milliseconds to look again, if nothing happens before. */
  async #take(step: Step): Promise<number> {
    if (step.kind === "settled") {
      this.#failures = 0;
      this.#reason = "";
      this.#server.forgetLastWords();
      return LOOK_AGAIN_MS.settled;
    }
    if (step.kind === "wait") {
      this.#reason = step.reason;
      return this.#server.lives ? LOOK_AGAIN_MS.waiting : LOOK_AGAIN_MS.settled;
    }
    if (step.kind === "start") {
      // A server that ends as soon as it runs is not started in a tight loop.
      const tooSoonMs = this.#startNotBefore - performance.now();
      if (tooSoonMs > 0) return tooSoonMs;
      this.#startNotBefore = performance.now() + backOff(this.#failures);
      this.#failures += 1;
    }
    const action = new AbortController();
    this.#action = action;
    this.#reason = describeStep(step);
    this.#acting = true;
    try {
      await this.#perform(step, action.signal);
      return 0;
    } catch (error) {
      if (action.signal.aborted) return 0;
      const failure = `${describeStep(step)}: ${messageOf(error)}`;
      // Said once, however often it is tried.
      if (failure !== this.#reasonLogged) this.#log.warn({ reason: failure }, "a step failed, trying again");
      this.#reason = this.#reasonLogged = failure;
      this.#failures += 1;
      return backOff(this.#failures);
    } finally {
      this.#acting = false;
    }
  }

  /** Read anew: it changes while a step is awaited. */
  #isClosing(): boolean {
    return this.#closing;
  }

  /** Looks until it is woken: whoever wakes it may want a fence, which does not wait for a server's answer. */
  async #observe(woken: Promise<void>): Promise<Observed> {
    const toBePrimary = this.#desired?.role === "primary";
    const toBeFenced = !toBePrimary && this.#view.mayBeWritable;
    const snapshot = toBeFenced ? undefined : await Promise.race([this.#view.look(0), woken.then(() => undefined)]);
    const lives = this.#server.lives;
    const last = snapshot ?? this.#view.last;
    this.#watchStreaming(snapshot);
    return {
      hasData: this.#data.hasData,
      server: !lives ? "stopped" : snapshot === undefined ? "starting" : "running",
      inRecovery:
        toBePrimary || !lives ? (last?.inRecovery ?? this.#server.markedForRecovery) : !this.#view.mayBeWritable,
      settingsInEffect: this.#data.inEffect(this.#settings(), snapshot?.settingsRevision ?? ""),
      prepared: this.#prepared === this.#preparation(),
      receiving: snapshot?.receiving ?? false,
      upstream: this.#verdict,
    };
  }

  /** A standby that should stream and does not for a while may need to be examined again: perhaps the WAL that it needs is gone. */
  #watchStreaming(snapshot: Snapshot | undefined): void {
    const now = performance.now();
    if (snapshot?.streaming === true || this.#verdict.kind !== "follow") this.#streamedAt = now;
    else if (now - this.#streamedAt > NOT_STREAMING_MS) {
      this.#streamedAt = now;
      this.#verdict = NOT_EXAMINED;
    }
  }

  async #perform(step: Exclude<Step, { kind: "settled" | "wait" }>, signal: AbortSignal): Promise<void> {
    switch (step.kind) {
      case "initialize":
        await this.#initialize(signal);
        break;
      case "clone":
        await this.#clone(signal);
        break;
      case "enter-recovery":
        this.#data.markForRecovery();
        break;
      case "start":
        await this.#start(signal);
        break;
      case "stop":
        this.#view.disconnect();
        await this.#server.stop(STOP_WITHIN_MS.fence);
        break;
      case "configure":
        await this.#configure(signal);
        break;
      case "examine-upstream":
        await this.#examineUpstream(signal);
        break;
      case "promote":
        await this.#promote(signal);
        break;
      case "prepare":
        await this.#prepare();
    }
  }

  async #initialize(signal: AbortSignal): Promise<void> {
    const { passwords, templateFolder } = this.#config;
    const wanted = {
      folder: this.#data.making,
      superuserPassword: passwords.superuser,
      ...(templateFolder ? { templateFolder } : {}),
    };
    await initialize(this.#runAs, wanted, signal);
    signal.throwIfAborted();
    this.#remember({ promotionUnrecorded: true });
    await this.#data.adopt();
  }

  async #clone(signal: AbortSignal): Promise<void> {
    const upstream = this.#desired?.upstream;
    if (upstream === undefined) return;
    try {
      this.#cloning = { receivedBytes: 0 };
      const address = await resolveUpstream(upstream);
      await clone(this.#config, this.#runAs, this.#data, address, (progress) => (this.#cloning = progress), signal);
      this.#remember({ promotionUnrecorded: false });
      this.#verdict = NOT_EXAMINED;
      this.#log.info({ ...this.#cloning }, "cloned the upstream");
    } finally {
      this.#cloning = undefined;
    }
  }

  async #start(signal: AbortSignal): Promise<void> {
    const settings = this.#settings();
    await this.#data.writeSettings(settings);
    await this.#server.start(signal);
    // What a server begins with, all of its processes have.
    if (settings.syncStandbys.length > 0) this.#certainlyWaits = this.#waitingNow();
  }

  #waitingNow(): string {
    return `${this.#server.starts}.${this.#listsEmptied}`;
  }

  /**
   * Has everything that could acknowledge a commit taken the list? From one list to another the WAL senders take it in a moment. But that
   * commits wait at all is a flag in shared memory that the checkpointer sets when it gets to it (UpdateSharedMemoryConfig in
   * checkpointer.c), and until then no commit waits, whatever a session shows. A checkpoint that was asked for afterwards tells: it
   * takes the settings before it begins one.
   */
  #isTakenByAll({ role, syncStandbys }: DesiredState): boolean {
    const now = this.#waitingNow();
    if (role !== "primary" || syncStandbys.length === 0 || this.#certainlyWaits === now) return true;
    if (this.#confirming !== now) {
      this.#confirming = now;
      this.#checkpoint()
        .then(() => (this.#certainlyWaits = now))
        .catch((error: unknown) => this.#log.debug({ error: messageOf(error) }, "the checkpoint did not come about"))
        .finally(() => {
          if (this.#confirming === now) this.#confirming = "";
          this.#wake();
        });
    }
    return false;
  }

  /** In a session of its own: it may take a while on a busy server, and nothing waits for it. */
  async #checkpoint(): Promise<void> {
    const client = await connect(ownLogin(this.#config));
    await client.query("checkpoint").finally(() => close(client));
  }

  async #configure(signal: AbortSignal): Promise<void> {
    const settings = this.#settings();
    if (settings.syncStandbys.length === 0) this.#listsEmptied += 1;
    await this.#data.writeSettings(settings);
    this.#server.reload();
    for (let tries = 0; tries < 100; tries += 1) {
      await sleep(5);
      signal.throwIfAborted();
      if (this.#data.inEffect(settings, (await this.#view.look(0))?.settingsRevision ?? "")) return;
    }
    throw new Error("the server does not take its new settings");
  }

  async #examineUpstream(signal: AbortSignal): Promise<void> {
    const upstream = this.#desired?.upstream;
    const snapshot = await this.#view.look(0);
    if (upstream === undefined || snapshot?.position === undefined)
      throw new Error("the server does not know its own position yet");
    const own = await examineOwn(ownLogin(this.#config), snapshot.position, this.#memory.promotionUnrecorded);
    const address = await resolveUpstream(upstream);
    const verdict = await withUpstream(this.#config, address, signal, async (client) => {
      const judgement = judge(own, await examineUpstream(client));
      if (judgement.kind === "follow") await ensureOwnSlot(client, this.#config);
      return judgement;
    });
    signal.throwIfAborted();
    if (verdict.kind === "refuse") throw new Error(verdict.reason);
    this.#following = verdict.kind === "follow" ? address : { kind: "nobody" };
    this.#verdict = { reason: "", ...verdict };
    if (verdict.kind === "clone") this.#log.warn({ reason: verdict.reason }, "what is here cannot follow the upstream");
  }

  async #promote(signal: AbortSignal): Promise<void> {
    this.#remember({ promotionUnrecorded: true });
    const session = await this.#view.session();
    this.#mustGoOn(signal);
    this.#view.expectPromotion();
    const began = performance.now();
    await session.query("select pg_promote(false)");
    for (;;) {
      const snapshot = await this.#view.look(0);
      this.#mustGoOn(signal);
      if (snapshot?.inRecovery === false) break;
      if (performance.now() - began > PROMOTE_WITHIN_MS) throw new Error("the server does not end its recovery");
      await sleep(10);
    }
    this.#log.info({ ms: Math.round(performance.now() - began) }, "promoted the server");
  }

  /** Throws when the action is not wanted any more, also where the lease has run out and its timer has not come to say so. */
  #mustGoOn(signal: AbortSignal): void {
    this.#lease.check();
    signal.throwIfAborted();
  }

  async #prepare(): Promise<void> {
    const preparation = this.#preparation();
    const desired = this.#desired;
    const client = await this.#view.session();
    if (desired?.role === "primary") {
      await prepareDatabase(client, this.#config);
      if (this.#memory.promotionUnrecorded || (await promotionsOf(client)).length === 0) {
        const timeline = (await this.#view.look(0))?.timeline;
        if (timeline === undefined) throw new Error("the server does not answer");
        await recordPromotion(client, desired.term, this.#config.nodeName, timeline);
        this.#remember({ promotionUnrecorded: false });
      }
    }
    await keepSlots(client, desired?.role === "primary" ? desired.standbys : []);
    this.#prepared = preparation;
  }

  /** What has been prepared holds for one start of the server, one role and one set of standbys. */
  #preparation(): string {
    const { role, standbys } = this.#desired ?? {};
    return JSON.stringify([this.#server.starts, role, role === "primary" ? standbys : []]);
  }

  #settings(): ServerSettings {
    const { role, syncStandbys } = this.#desired ?? {};
    return {
      following: role === "standby" ? this.#following : { kind: "nobody" },
      // A primary that is fenced for a while keeps its list, so that it waits from the first commit on when it goes on. A standby has
      // none: once promoted, it would wait for a partner that may be dead.
      syncStandbys: role === "standby" ? [] : (syncStandbys ?? []),
    };
  }

  #remember(change: Partial<Memory>): void {
    const memory = { ...this.#memory, ...change };
    writeMemory(this.#config.dataFolder, memory);
    this.#memory = memory;
  }
}

/** Both come from the same parser, so that their keys have one order. */
function same(a: DesiredState, b: DesiredState | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whoever asks the agent gets an answer soon, also when the server or the disk gives none. */
async function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  const nothing = sleep(ANSWER_WITHIN_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
  return await Promise.race([answer, nothing]).finally(() => late.abort());
}

/** Are they the same but for what can change while an action of the other goes on? */
function sameTask(a: DesiredState, b: DesiredState | undefined): boolean {
  return (
    a.role === b?.role &&
    a.term === b.term &&
    a.upstream?.host === b.upstream?.host &&
    a.upstream?.port === b.upstream?.port
  );
}

function backOff(failures: number): number {
  return failures === 0 ? 0 : Math.min(BACK_OFF_MS.last, BACK_OFF_MS.first * 2 ** Math.min(failures - 1, 10));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
