import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "./base-backup/receive.ts";
import { clone } from "./clone.ts";
import type { AgentConfig } from "./config.ts";
import type { AgentState, DesiredState } from "./contract.ts";
import { DataFolder } from "./data-folder.ts";
import { refuseOutdated } from "./desired.ts";
import { initialize } from "./initialize.ts";
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
  #memory: Memory;
  /** What this agent was told, or may take from its memory; undefined: nothing is to run. */
  #desired: DesiredState | undefined;

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
  #startNotBefore = 0;
  #action = new AbortController();
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
    this.#memory = readMemory(config.dataFolder);
    const { desired } = this.#memory;
    // Another may be primary by now: who was one comes back fenced, until it is told again.
    this.#desired = desired?.role === "primary" ? { ...desired, role: "fenced" } : desired;
  }

  async start(): Promise<void> {
    await this.#server.clearOrphans();
    await this.#data.repair();
    this.#loop = this.#run();
  }

  /** Takes an order, durably before it is obeyed, or says why it is out of date. */
  desire(desired: DesiredState): string | undefined {
    const outdated = refuseOutdated(desired, this.#memory);
    if (outdated !== undefined) return outdated;
    if (JSON.stringify(desired) === JSON.stringify(this.#desired)) return undefined;
    const followedTerm = desired.role === "standby" ? desired.term : this.#memory.followedTerm;
    try {
      this.#remember({ desired, term: desired.term, followedTerm });
    } catch (error) {
      // On a full disk a fence is obeyed all the same, but not confirmed: the state goes on to name the old term.
      if (desired.role === "primary") throw error;
      this.#obey(desired);
      throw error;
    }
    this.#obey(desired);
    return undefined;
  }

  #obey(desired: DesiredState): void {
    const { role, term, syncStandbys, upstream } = desired;
    this.#log.info({ role, term, syncStandbys, ...(upstream ? { upstream } : {}) }, "told what to be");
    if (!sameTask(desired, this.#desired)) {
      this.#following = { kind: "nobody" };
      this.#verdict = NOT_EXAMINED;
      this.#action.abort(new Error("told to be something else"));
      // Whatever statement the loop waits for, a fence does not wait for it.
      this.#view.disconnect();
    }
    this.#desired = desired;
    this.#reason = "just told";
    this.#wake();
  }

  async state(): Promise<AgentState> {
    return reportState(this.#known(await this.#answer()));
  }

  /** Does the server answer in the role that was asked for? */
  async ready(): Promise<boolean> {
    const snapshot = await this.#answer();
    if (snapshot === undefined || this.#reason !== "") return false;
    return reportRole(this.#known(snapshot), snapshot) === this.#desired?.role;
  }

  /** Whoever asks the agent gets an answer soon, also when the server gives none. */
  async #answer(): Promise<Snapshot | undefined> {
    const late = new AbortController();
    const nothing = sleep(ANSWER_WITHIN_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
    return await Promise.race([this.#view.look(), nothing]).finally(() => late.abort());
  }

  #known(snapshot: Snapshot | undefined): Known {
    return {
      term: this.#memory.term,
      desiredRole: this.#desired?.role,
      reason: this.#reason,
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
      const step = plan(this.#desired, await this.#observe(woken));
      const waitMs = await this.#take(step);
      if (waitMs > 0 && !this.#isClosing()) await Promise.race([woken, sleep(waitMs, undefined, { ref: false })]);
    }
  }

  /** Does one step; answers after how many milliseconds to look again, if nothing happens before. */
  async #take(step: Step): Promise<number> {
    if (step.kind === "settled") {
      this.#failures = 0;
      this.#reason = "";
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
        await this.#data.writeSettings(this.#settings());
        await this.#server.start(signal);
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

  async #configure(signal: AbortSignal): Promise<void> {
    const settings = this.#settings();
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
    this.#view.expectPromotion();
    const began = performance.now();
    await (await this.#view.session()).query("select pg_promote(false)");
    while ((await this.#view.look(0))?.inRecovery !== false) {
      signal.throwIfAborted();
      if (performance.now() - began > PROMOTE_WITHIN_MS) throw new Error("the server does not end its recovery");
      await sleep(10);
    }
    this.#log.info({ ms: Math.round(performance.now() - began) }, "promoted the server");
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
      // Never on a standby: once promoted, it would wait for a partner that may be dead.
      syncStandbys: role === "primary" ? (syncStandbys ?? []) : [],
    };
  }

  #remember(change: Partial<Memory>): void {
    this.#memory = { ...this.#memory, ...change };
    writeMemory(this.#config.dataFolder, this.#memory);
  }
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
