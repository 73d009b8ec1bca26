import { timestamp } from "../objects/index.ts";
import type { Container, ContainerState, ContainerStatus, PodSpec, Probe } from "../objects/index.ts";
import { ContainerLog } from "./container-log.ts";
import { ContainerProcess } from "./container-process.ts";
import type { ProcessExit, ProcessPlan } from "./container-process.ts";
import { EnvironmentError } from "./environment.ts";
import { execute } from "./execute.ts";
import { performAction } from "./probe-action.ts";
import type { ActionTarget } from "./probe-action.ts";
import { startProbing } from "./prober.ts";
import { VolumeError } from "./volumes.ts";

/** What a container needs of its pod. */
export interface ContainerHost {
  readonly podName: string;
  readonly address: string;
  readonly logFolder: string;
  readonly restartBackoff: RestartBackoff;
  now(): number;
  /** Its status differs. */
  changed(): void;
  record(type: "Normal" | "Warning", reason: string, message: string): void;
  /** `undefined` when the image is not in the catalogue. Rejects with `EnvironmentError` or `VolumeError` when something is missing. */
  plan(): Promise<ProcessPlan | undefined>;
  /** Names the images that there are. */
  readonly imageHint: string;
  /** Resolves when something that a plan is made of has changed. */
  sourcesChanged(signal: AbortSignal): Promise<void>;
}

export interface RestartBackoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A run this long ends the back-off (twice the longest back-off, as the kubelet). */
const RECOVERED_AFTER = 2;
/** However short the grace, a program that got a preStop hook gets this long for its SIGTERM. */
const MIN_TERM_MS = 2000;

/** Keeps one container of a pod running as its restart policy says, and knows its status. */
export class ContainerRunner {
  readonly spec: Container;
  readonly #host: ContainerHost;
  readonly #policy: PodSpec["restartPolicy"];
  /** What it did before the site went down has to be done again. */
  readonly #runsAnew: boolean;
  readonly #graceMs: number;
  #state: ContainerState;
  #lastState: ContainerState;
  #restartCount: number;
  #ready = false;
  #started = false;
  #containerID: string | undefined;
  #process: ContainerProcess | undefined;
  #log: ContainerLog | undefined;
  #plan: ProcessPlan | undefined;
  /** Why it must not run again; aborts every wait. */
  readonly #ending = new AbortController();
  #killTimer: NodeJS.Timeout | undefined;
  #killAt = Infinity;
  #stopProbes: () => void = () => undefined;
  #onStarted: () => void = () => undefined;
  /** Resolves when it has started (and passed its startup probe) for the first time. */
  readonly firstStarted: Promise<void>;

  constructor(
    spec: Container,
    host: ContainerHost,
    pod: PodSpec,
    role: "init" | "main",
    waitingReason: string,
    restored?: ContainerStatus,
  ) {
    this.spec = spec;
    this.#host = host;
    const policy = pod.restartPolicy ?? "Always";
    // An init container has to succeed once, unless it is a sidecar, which always runs.
    this.#policy = spec.restartPolicy ?? (role === "init" && policy === "Always" ? "OnFailure" : policy);
    this.#runsAnew = role === "init";
    this.#graceMs = (pod.terminationGracePeriodSeconds ?? 30) * 1000;
    this.#state = restored === undefined ? { waiting: { reason: waitingReason } } : endedWithSite(restored, host.now());
    this.#lastState = restored?.lastState ?? {};
    this.#restartCount = restored?.restartCount ?? 0;
    this.#containerID = restored?.containerID;
    this.firstStarted = new Promise((resolve) => {
      this.#onStarted = resolve;
    });
  }

  get status(): ContainerStatus {
    const image = this.spec.image ?? "";
    return {
      name: this.spec.name,
      state: this.#state,
      lastState: this.#lastState,
      ready: this.#ready,
      restartCount: this.#restartCount,
      image,
      imageID: this.#containerID === undefined ? "" : `pocket://${image}`,
      ...(this.#containerID !== undefined && { containerID: this.#containerID }),
      started: this.#started,
    };
  }

  get log(): ContainerLog | undefined {
    return this.#log;
  }

  /** Of the running program. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Runs it, again as often as the restart policy says; resolves when it will not run any more. Never rejects. */
  async run(): Promise<void> {
    let backoffMs = 0;
    const restored = this.#state.terminated;
    if (restored !== undefined) {
      if (!this.#runsAnew && !this.#restarts(restored.exitCode)) return;
      this.#restartCount += 1;
    }
    while (!this.#isEnding()) {
      const exit = await this.#runOnce();
      if (this.#isEnding() || exit === undefined) return;
      if (!this.#restarts(exit.exitCode)) return;
      if (exit.ranMs >= RECOVERED_AFTER * this.#host.restartBackoff.maxMs) backoffMs = 0;
      if (backoffMs > 0) await this.#backOff(backoffMs);
      backoffMs = nextBackoff(backoffMs, this.#host.restartBackoff);
      this.#restartCount += 1;
    }
  }

  /** Ends it for good within `graceMs`; a later call can only make it shorter. Resolves once `run` does (await that). */
  stop(graceMs: number): void {
    const first = !this.#isEnding();
    this.#ending.abort();
    if (this.#process === undefined) return;
    if (first) void this.#endProcess(graceMs, `Stopping container ${this.spec.name}`);
    else this.#killWithin(graceMs);
  }

  /** One run from the image to the exit; `undefined` when it was told to end before it ran. */
  async #runOnce(): Promise<(ProcessExit & { readonly ranMs: number }) | undefined> {
    const plan = await this.#untilPlanned();
    if (plan === undefined) return undefined;
    const { name, image = "" } = this.spec;
    const startedMs = this.#host.now();
    this.#host.record("Normal", "Pulled", `Container image "${image}" already present on machine`);
    const log = await ContainerLog.start(this.#host.logFolder, this.#restartCount);
    this.#log = log;
    this.#containerID = containerID(this.#host.podName, name, this.#restartCount, startedMs);
    this.#host.record("Normal", "Created", `Created container: ${name}`);
    let process: ContainerProcess;
    try {
      process = await ContainerProcess.start(plan, log);
    } catch (error) {
      return { ...(await this.#couldNotStart(error as Error, log)), ranMs: 0 };
    }
    this.#process = process;
    this.#plan = plan;
    this.#started = this.spec.startupProbe === undefined;
    this.#ready = this.#started && this.spec.readinessProbe === undefined;
    this.#become({ running: { startedAt: timestamp(startedMs) } });
    this.#host.record("Normal", "Started", `Started container ${name}`);
    if (this.#isEnding()) void this.#endProcess(this.#graceMs, `Stopping container ${name}`);
    void this.#afterStart();

    const exit = await process.exited;
    this.#stopProbes();
    clearTimeout(this.#killTimer);
    this.#killAt = Infinity;
    this.#process = undefined;
    this.#ready = false;
    this.#started = false;
    const finishedMs = this.#host.now();
    this.#become({ terminated: this.#termination(exit, startedMs, finishedMs) });
    return { ...exit, ranMs: finishedMs - startedMs };
  }

  #termination(exit: ProcessExit, startedMs: number, finishedMs: number): NonNullable<ContainerState["terminated"]> {
    return {
      exitCode: exit.exitCode,
      ...(exit.signal !== undefined && { signal: exit.signal }),
      reason: exit.exitCode === 0 ? "Completed" : "Error",
      startedAt: timestamp(startedMs),
      finishedAt: timestamp(finishedMs),
      ...(this.#containerID !== undefined && { containerID: this.#containerID }),
    };
  }

  /** Waits for the image and for what the manifest refers to. */
  async #untilPlanned(): Promise<ProcessPlan | undefined> {
    const image = this.spec.image ?? "";
    for (
      let backoffMs = this.#host.restartBackoff.firstMs;
      !this.#isEnding();
      backoffMs = nextBackoff(backoffMs, this.#host.restartBackoff)
    ) {
      try {
        const plan = await this.#host.plan();
        if (plan !== undefined) return this.#isEnding() ? undefined : plan;
        const message = `failed to pull image "${image}": it is not in this cluster's image catalogue; ${this.#host.imageHint}`;
        this.#host.record("Warning", "Failed", `Failed to pull image "${image}": ${message}`);
        this.#host.record("Warning", "Failed", "Error: ErrImagePull");
        this.#become({ waiting: { reason: "ErrImagePull", message } });
        await this.#pause(Math.min(1000, backoffMs));
        this.#host.record("Normal", "BackOff", `Back-off pulling image "${image}"`);
        this.#host.record("Warning", "Failed", "Error: ImagePullBackOff");
        this.#become({
          waiting: {
            reason: "ImagePullBackOff",
            message: `Back-off pulling image "${image}": ErrImagePull: ${message}`,
          },
        });
        await this.#pause(backoffMs);
      } catch (error) {
        if (!(error instanceof EnvironmentError || error instanceof VolumeError)) throw error;
        this.#host.record("Warning", "Failed", `Error: ${error.message}`);
        this.#become({ waiting: { reason: "CreateContainerConfigError", message: error.message } });
        await this.#host.sourcesChanged(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(backoffMs)]));
      }
    }
    return undefined;
  }

  async #couldNotStart(error: NodeJS.ErrnoException, log: ContainerLog): Promise<ProcessExit> {
    const program = this.spec.command?.[0] ?? this.spec.image ?? "";
    const message = `failed to start container "${this.spec.name}": exec: "${program}": ${error.code === "ENOENT" ? "executable file not found" : error.message}`;
    await log.end();
    this.#host.record("Warning", "Failed", `Error: ${message}`);
    const now = this.#host.now();
    const exit = { exitCode: 128 };
    this.#become({ terminated: { ...this.#termination(exit, 0, now), reason: "StartError", message } });
    return exit;
  }

  #restarts(exitCode: number): boolean {
    return this.#policy === "Always" || (this.#policy === "OnFailure" && exitCode !== 0);
  }

  async #backOff(ms: number): Promise<void> {
    const pod = this.#host.podName;
    const rounded = ms >= 60_000 ? `${Math.floor(ms / 60_000)}m${(ms % 60_000) / 1000}s` : `${ms / 1000}s`;
    this.#host.record("Warning", "BackOff", `Back-off restarting failed container ${this.spec.name} in pod ${pod}`);
    this.#become({
      waiting: {
        reason: "CrashLoopBackOff",
        message: `back-off ${rounded} restarting failed container=${this.spec.name} pod=${pod}`,
      },
    });
    await this.#pause(ms);
  }

  /** The postStart hook, then the probes: startup first, the others once it has passed. */
  async #afterStart(): Promise<void> {
    const process = this.#process;
    const { lifecycle, startupProbe } = this.spec;
    if (lifecycle?.postStart) {
      const outcome = await performAction(lifecycle.postStart, this.#target(), this.#graceMs);
      if (this.#process !== process) return;
      if (!outcome.ok) {
        this.#host.record("Warning", "FailedPostStartHook", `PostStartHook failed: ${outcome.output}`);
        await this.#endProcess(this.#graceMs, "FailedPostStartHook");
        return;
      }
    }
    if (startupProbe === undefined) {
      this.#onStarted();
      this.#probeRunning();
      return;
    }
    this.#stopProbes = this.#probe("Startup", startupProbe, true, (healthy) => {
      if (!healthy) {
        this.#failProbe("startup", startupProbe);
        return;
      }
      this.#stopProbes();
      this.#started = true;
      this.#ready = this.spec.readinessProbe === undefined;
      this.#host.changed();
      this.#onStarted();
      this.#probeRunning();
    });
  }

  #probeRunning(): void {
    const { readinessProbe, livenessProbe } = this.spec;
    const stops: (() => void)[] = [];
    if (readinessProbe) {
      stops.push(
        this.#probe("Readiness", readinessProbe, true, (healthy) => {
          this.#ready = healthy;
          this.#host.changed();
        }),
      );
    }
    if (livenessProbe) {
      stops.push(
        this.#probe("Liveness", livenessProbe, false, (healthy) => {
          if (!healthy) this.#failProbe("liveness", livenessProbe);
        }),
      );
    }
    this.#stopProbes = () => {
      for (const stop of stops) stop();
    };
  }

  #probe(kind: string, probe: Probe, eagerAtStart: boolean, onVerdict: (healthy: boolean) => void): () => void {
    return startProbing(probe, {
      eagerAtStart,
      perform: (timeoutMs) => performAction(probe, this.#target(), timeoutMs),
      onFailure: (output) => this.#host.record("Warning", "Unhealthy", `${kind} probe failed: ${output}`),
      onVerdict,
    });
  }

  #failProbe(kind: string, probe: Probe): void {
    const graceMs =
      probe.terminationGracePeriodSeconds === undefined ? this.#graceMs : probe.terminationGracePeriodSeconds * 1000;
    void this.#endProcess(graceMs, `Container ${this.spec.name} failed ${kind} probe, will be restarted`);
  }

  #target(): ActionTarget {
    const plan = this.#plan;
    return {
      container: this.spec,
      address: this.#host.address,
      execute: (command, timeoutMs) =>
        execute(command, { folder: plan?.workingFolder ?? "/", environment: plan?.environment ?? {}, timeoutMs }),
    };
  }

  /** preStop, SIGTERM, and SIGKILL when the grace is over. */
  async #endProcess(graceMs: number, message: string): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#stopProbes();
    this.#host.record("Normal", "Killing", message);
    const preStop = this.spec.lifecycle?.preStop;
    const deadline = this.#host.now() + graceMs;
    this.#killWithin(graceMs);
    if (preStop && graceMs > 0) {
      const outcome = await performAction(preStop, this.#target(), graceMs);
      if (!outcome.ok) this.#host.record("Warning", "FailedPreStopHook", `PreStopHook failed: ${outcome.output}`);
      if (this.#process !== process) return;
      if (deadline - this.#host.now() < MIN_TERM_MS && this.#killAt >= deadline) {
        this.#killAt = Infinity;
        this.#killWithin(MIN_TERM_MS);
      }
    }
    process.signal("SIGTERM");
  }

  #killWithin(ms: number): void {
    const at = this.#host.now() + ms;
    if (at >= this.#killAt) return;
    this.#killAt = at;
    clearTimeout(this.#killTimer);
    const process = this.#process;
    this.#killTimer = setTimeout(() => process?.signal("SIGKILL"), ms);
  }

  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  #become(state: ContainerState): void {
    if (this.#state.terminated) this.#lastState = { terminated: this.#state.terminated };
    this.#state = state;
    this.#host.changed();
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

function nextBackoff(ms: number, { firstMs, maxMs }: RestartBackoff): number {
  return ms === 0 ? firstMs : Math.min(2 * ms, maxMs);
}

/** What a container was when the site went down: whatever ran has ended, nobody saw how. */
function endedWithSite(status: ContainerStatus, now: number): ContainerState {
  const { running, terminated } = status.state;
  if (terminated !== undefined || running === undefined) {
    const ended = terminated ?? status.lastState.terminated;
    return ended === undefined ? { waiting: { reason: "ContainerCreating" } } : { terminated: ended };
  }
  return {
    terminated: {
      exitCode: 255,
      reason: "Unknown",
      startedAt: running.startedAt,
      finishedAt: timestamp(now),
      ...(status.containerID !== undefined && { containerID: status.containerID }),
    },
  };
}

/** Unique in the life of a cluster, and readable. */
function containerID(podName: string, container: string, run: number, startedMs: number): string {
  return `pocket://${podName.replaceAll(/[^a-zA-Z0-9-]/g, ".")}.${container}.${run}.${startedMs.toString(36)}`;
}
