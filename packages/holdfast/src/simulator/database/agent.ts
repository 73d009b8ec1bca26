import type { DatabaseReplica, DatabaseState, DesiredDatabase } from "../../ports/index.ts";
import type { MachineClock } from "../time/site-clock.ts";
import type { Scheduled } from "../time/scheduler.ts";
import { agentRules } from "./agent-rules.ts";
import type { AgentRules } from "./agent-rules.ts";
import { includes, isSameDatabase, positionText, promoted, recordsBytes } from "./history.ts";
import type { Server } from "./server.ts";

/** About how long each step takes; each time a little different. */
const STEP_MS = {
  initialize: 120,
  start: 90,
  recover: 200,
  stop: 40,
  configure: 12,
  promote: 60,
  examine: 15,
  clone: 500,
  prepare: 8,
};
/** A server that has just come up does not know its position at once. */
const POSITION_KNOWN_MS = 25;
const RECONNECT_MS = 100;
const NOT_STREAMING_MS = 5_000;
const BACK_OFF_MS = { first: 100, last: 2_000 };
const LEASE_RAN_OUT = "the lease ran out: the controller has not renewed it";

interface Step {
  readonly reason: string;
  readonly ms: number;
  /** At once, as the step begins. */
  readonly begin?: () => void;
  /** Answers why it failed, or nothing. */
  readonly end: () => string | undefined;
}

type Verdict = "unknown" | "follow" | "clone";

/** What the agent keeps over its own restarts. */
interface Memory {
  term: number;
  revision: number;
  followedTerm: number;
  desired: DesiredDatabase | undefined;
}

export interface AgentPorts {
  /** Who listens at a host, where somebody does. */
  readonly serverAt: (host: string) => Server | undefined;
  readonly note: (text: string) => void;
  readonly rules?: AgentRules;
}

/** The postgres-agent, by its contract: takes an order or refuses it, and brings its server there step by step; it never decides. */
export class SimulatedAgent {
  readonly server: Server;
  readonly #clock: MachineClock;
  readonly #ports: AgentPorts;
  readonly #rules: AgentRules;
  readonly #memory: Memory = { term: -1, revision: 0, followedTerm: -1, desired: undefined };
  #clockId = "";
  #starts = 0;
  #desired: DesiredDatabase | undefined;
  #untilMs: number | undefined;
  #timer: Scheduled | undefined;
  #reason = "";
  #step: Scheduled | undefined;
  #verdict: Verdict = "unknown";
  #prepared = false;
  #cloning = false;
  #failures = 0;
  #connecting = false;
  #streamedMs = 0;
  isAlive = false;

  constructor(server: Server, clock: MachineClock, ports: AgentPorts) {
    this.server = server;
    this.#clock = clock;
    this.#ports = ports;
    this.#rules = ports.rules ?? agentRules;
  }

  /** Until when the server may be writable, on its own clock. */
  get writableUntilMs(): number | undefined {
    return this.#untilMs;
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  get term(): number {
    return this.#memory.term;
  }

  /** A new process: a primary comes back fenced, and moments on the clock of the old one mean nothing. */
  start(): void {
    this.isAlive = true;
    this.#starts += 1;
    this.#clockId = `${this.server.name}-${this.#starts}`;
    const { desired } = this.#memory;
    this.#desired = desired && this.#rules.resume(desired);
    this.#verdict = "unknown";
    this.#failures = 0;
    this.#reason = "";
    this.#go();
  }

  /** The container is gone, and the server with it. `told`: its partners learn of it at once. */
  kill(told: boolean): void {
    this.isAlive = false;
    this.#step?.cancel();
    this.#step = this.#timer = this.#untilMs = undefined;
    this.#cloning = this.#connecting = false;
    this.server.end(told);
  }

  /** Only the server ends, by a crash; the agent starts it again. */
  crash(reason: string): void {
    if (this.server.state === "stopped") return;
    this.#ports.note(`the database ends: ${reason}`);
    this.#cancel();
    this.server.end(true);
    this.#go();
  }

  state(): DatabaseState {
    this.#checkLease();
    const { server } = this;
    const { history } = server;
    const { term, revision } = this.#memory;
    const nowMs = this.#clock.nowMs;
    const running = server.state === "running" && !this.#cloning;
    const known = running && server.ports.scheduler.nowMs - server.answersSinceMs > POSITION_KNOWN_MS;
    const position = known && history ? positionText(history.length) : undefined;
    return {
      role: this.#role(),
      term,
      revision,
      settledRevision: server.isTakenByAll ? revision : -1,
      clock: { id: this.#clockId, nowMs },
      freeBytes: server.diskFull ? 0 : 8e9,
      reason: this.#reason,
      ...(running && history && { systemIdentifier: "7000000000000000001", timeline: history.timeline.number }),
      ...(position !== undefined && { position, replayPosition: position }),
      ...(running && server.inRecovery && { streaming: server.upstream !== undefined }),
      syncStandbys: running && !server.inRecovery ? server.syncStandbys : [],
      replicas: running && !server.inRecovery ? this.#replicas() : [],
      ...(this.#cloning && { clone: { receivedBytes: 1 } }),
    };
  }

  /** Takes an order, or answers why it is refused. */
  desire(desired: DesiredDatabase): string | undefined {
    const clock = { id: this.#clockId, nowMs: this.#clock.nowMs };
    const refused = this.#rules.refuse(desired, this.#memory, clock);
    if (refused !== undefined) return refused;
    const { writable, ...kept } = desired;
    // On a full disk nothing can be remembered: a fence is obeyed all the same, and not confirmed.
    if (this.server.diskFull) {
      if (desired.role !== "primary") this.#obey(desired);
      return "no space left on device";
    }
    const memory = this.#memory;
    memory.term = desired.term;
    memory.revision = desired.revision ?? 0;
    if (desired.role === "standby") memory.followedTerm = desired.term;
    memory.desired = kept;
    this.#obey(desired);
    this.#setLease(writable?.untilMs);
    return undefined;
  }

  #obey(desired: DesiredDatabase): void {
    const before = this.#desired;
    this.#desired = desired;
    const host = desired.upstream?.host;
    if (before?.role !== desired.role || before.term !== desired.term || before.upstream?.host !== host) {
      const { role, term, revision } = desired;
      this.#ports.note(
        `told to be ${role} in term ${term}.${revision ?? 0}${host === undefined ? "" : `, following ${host}`}`,
      );
      this.#cancel();
      this.#verdict = "unknown";
      this.#failures = 0;
    }
    this.server.standbys = desired.role === "primary" ? desired.standbys : [];
    this.#go();
  }

  #setLease(untilMs: number | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#untilMs = untilMs;
    if (untilMs === undefined) return;
    const { scheduler } = this.server.ports;
    const { gate } = this.server.process;
    const leftMs = this.#clock.trueMs(Math.max(0, untilMs - this.#clock.nowMs));
    this.#timer = scheduler.after(leftMs + 0.01, () =>
      gate.pass(() => {
        this.#timer = undefined;
        this.#checkLease();
      }),
    );
  }

  #checkLease(): void {
    if (this.#untilMs === undefined || !this.isAlive) return;
    if (this.#clock.nowMs < this.#untilMs) {
      if (this.#timer === undefined) this.#setLease(this.#untilMs);
      return;
    }
    this.#untilMs = undefined;
    if (this.#desired?.role !== "primary") return;
    this.#ports.note("fences itself: the lease ran out");
    this.#desired = { ...this.#desired, role: "fenced" };
    this.#cancel();
    this.#go();
    this.#reason = LEASE_RAN_OUT;
  }

  #cancel(): void {
    this.#step?.cancel();
    this.#step = undefined;
    this.#cloning = false;
    const { server } = this;
    if (server.state === "starting") server.state = "stopped";
    // A promotion that was begun may take place all the same; then its record is one that nobody else has.
    if (server.promoting && server.history && server.ports.random.chance(0.5)) {
      server.history = promoted(server.history);
      server.inRecovery = false;
    }
    server.promoting = false;
  }

  /** Takes the next step, if none is under way. */
  #go(): void {
    if (this.#step !== undefined || !this.isAlive) return;
    const step = this.#plan();
    this.#reason = step?.reason ?? "";
    if (step === undefined) {
      this.#failures = 0;
      this.#stayConnected();
      return;
    }
    step.begin?.();
    this.#wait(this.server.ports.random.delay(step.ms), () => {
      const failure = step.end();
      if (failure === undefined) {
        this.#failures = 0;
        this.#go();
        return;
      }
      this.#reason = failure;
      this.#failures += 1;
      this.#wait(Math.min(BACK_OFF_MS.last, BACK_OFF_MS.first * 2 ** (this.#failures - 1)), () => this.#go());
    });
  }

  #wait(ms: number, act: () => void): void {
    const { gate } = this.server.process;
    let cancelled = false;
    const happen = (): void => {
      if (cancelled) return;
      this.#step = undefined;
      act();
    };
    const event = this.server.ports.scheduler.after(ms, () => gate.pass(happen));
    this.#step = {
      cancel: () => {
        cancelled = true;
        event.cancel();
      },
    };
  }

  #plan(): Step | undefined {
    const { server } = this;
    const desired = this.#desired;
    if (desired === undefined) return undefined;
    if (desired.role === "primary") return this.#planPrimary(desired);
    if (server.state !== "stopped" && !server.inRecovery) return this.#stop("it may not be written to");
    if (server.history === undefined)
      return desired.role === "standby" ? this.#clone("there is no data here") : undefined;
    server.inRecovery = true;
    if (desired.role === "standby" && this.#verdict === "clone") {
      if (server.state !== "stopped") return this.#stop("what is here cannot follow the upstream");
      return this.#clone("what is here cannot follow the upstream");
    }
    if (server.state === "stopped") return this.#start(STEP_MS.start);
    if (desired.role === "fenced") return server.upstream === undefined ? undefined : this.#stopReceiving();
    if (server.upstream !== undefined && server.upstream.primary !== this.#upstream()) return this.#stopReceiving();
    return this.#verdict === "follow" ? undefined : this.#examine();
  }

  #planPrimary(desired: DesiredDatabase): Step | undefined {
    const { server } = this;
    if (server.history === undefined) {
      if (!(desired.initialize ?? desired.term <= 1)) return undefined;
      const end = done(() => server.initialize());
      return { reason: "making a new database", ms: STEP_MS.initialize, end };
    }
    if (server.state === "stopped") return this.#start(server.inRecovery ? STEP_MS.start : STEP_MS.recover);
    const { syncStandbys } = desired;
    if (server.syncStandbys.join() !== syncStandbys.join()) {
      const end = done(() => server.setSyncStandbys(syncStandbys));
      return { reason: "changing the server's settings", ms: STEP_MS.configure, end };
    }
    if (server.inRecovery) {
      return {
        reason: "promoting the server",
        ms: STEP_MS.promote,
        begin: () => {
          server.upstream?.break();
          server.promoting = true;
        },
        end: done(() => server.promote()),
      };
    }
    if (this.#prepared) return undefined;
    const end = done(() => (this.#prepared = true));
    return { reason: "preparing the database", ms: STEP_MS.prepare, end };
  }

  #start(ms: number): Step {
    const { server } = this;
    this.#prepared = false;
    return {
      reason: "starting the server",
      ms,
      begin: () => void (server.state = "starting"),
      end: () => {
        server.state = "stopped";
        if (server.diskFull) return "starting the server: no space left on device";
        if (server.inRecovery)
          server.syncStandbys = this.#desired?.role === "standby" ? [] : (this.#desired?.syncStandbys ?? []);
        server.run();
        return undefined;
      },
    };
  }

  /** From its beginning on nobody is served: sessions are ended first. */
  #stop(why: string): Step {
    const begin = (): void => {
      this.#ports.note(`the database is stopped: ${why}`);
      this.server.end(true);
    };
    return { reason: `stopping the server, because ${why}`, ms: STEP_MS.stop, begin, end: () => undefined };
  }

  #stopReceiving(): Step {
    const end = done(() => this.server.upstream?.break());
    return { reason: "changing the server's settings", ms: STEP_MS.configure, end };
  }

  #clone(why: string): Step {
    const { server } = this;
    return {
      reason: `cloning the upstream, because ${why}`,
      ms: STEP_MS.clone,
      begin: () => void (this.#cloning = true),
      end: () => {
        this.#cloning = false;
        const upstream = this.#reach();
        if (upstream?.history === undefined || server.diskFull) return "cloning the upstream: it cannot be reached";
        this.#ports.note(`cloned ${upstream.name}`);
        server.replaceBy(upstream.history);
        this.#verdict = "unknown";
        return undefined;
      },
    };
  }

  #examine(): Step {
    const end = (): string | undefined => {
      const own = this.server.history;
      const upstream = this.#reach();
      if (own === undefined || upstream?.history === undefined) return "examining the upstream: it cannot be reached";
      if (!isSameDatabase(own, upstream.history)) return "the upstream holds another database";
      this.#verdict = includes(upstream.history, own) ? "follow" : "clone";
      this.#streamedMs = this.server.ports.scheduler.nowMs;
      return undefined;
    };
    return { reason: "examining the upstream", ms: STEP_MS.examine, end };
  }

  /** The receiver of a standby tries again and again; in vain for long, the agent looks at the upstream anew. */
  #stayConnected(): void {
    if (this.#connecting || this.#desired?.role !== "standby") return;
    this.#connecting = true;
    const { server } = this;
    const { scheduler, random } = server.ports;
    const run = this.#starts;
    scheduler.after(server.upstream ? NOT_STREAMING_MS / 10 : random.delay(RECONNECT_MS / 4), () =>
      server.process.gate.pass(() => {
        if (run !== this.#starts || !this.isAlive) return;
        this.#connecting = false;
        if (this.#desired?.role !== "standby" || this.#step !== undefined || server.state !== "running") return;
        if (server.upstream === undefined) this.#reach()?.attach(server);
        if (server.upstream !== undefined) this.#streamedMs = scheduler.nowMs;
        else if (scheduler.nowMs - this.#streamedMs > NOT_STREAMING_MS) this.#verdict = "unknown";
        this.#go();
      }),
    );
  }

  #upstream(): Server | undefined {
    const host = this.#desired?.upstream?.host;
    return host === undefined ? undefined : this.#ports.serverAt(host);
  }

  /** The upstream, where it is a primary and can be reached both ways. */
  #reach(): Server | undefined {
    const upstream = this.#upstream();
    const { network } = this.server.ports;
    if (!upstream?.isWritable || !upstream.process.gate.isOpen) return undefined;
    const { name } = this.server;
    return network.passes(name, upstream.name) && network.passes(upstream.name, name) ? upstream : undefined;
  }

  #role(): DatabaseState["role"] {
    const { server } = this;
    if (this.#cloning) return "cloning";
    if (server.state === "stopped") return "stopped";
    if (server.state === "starting" || server.promoting) return "starting";
    if (!server.inRecovery) return "primary";
    return server.upstream !== undefined || this.#desired?.role === "standby" ? "standby" : "fenced";
  }

  #replicas(): readonly DatabaseReplica[] {
    const { server } = this;
    return server.streams.map((stream): DatabaseReplica => {
      const { name } = stream.standby;
      const position = positionText(stream.confirmed);
      return {
        name,
        state: "streaming",
        syncState: server.syncStandbys.includes(name) ? "sync" : "async",
        flushPosition: position,
        replayPosition: position,
        lagBytes: recordsBytes(server.flushed - stream.confirmed),
        replyTime: String(stream.heardMs),
      };
    });
  }
}

function done(act: () => void): () => undefined {
  return () => {
    act();
    return undefined;
  };
}
