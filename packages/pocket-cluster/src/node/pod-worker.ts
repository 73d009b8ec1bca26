import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isPodFinished, sameJson, timestamp } from "../objects/index.ts";
import type { Container, Pod } from "../objects/index.ts";
import { planContainer } from "./container-plan.ts";
import { ContainerRunner } from "./container-runner.ts";
import type { ContainerHost } from "./container-runner.ts";
import type { PodFacts } from "./field-references.ts";
import { podFolderName } from "./node-services.ts";
import type { NodeServices } from "./node-services.ts";
import { podStatus } from "./pod-status.ts";
import { VolumeError, claimsOf, prepareVolume } from "./volumes.ts";
import type { PreparedVolume } from "./volumes.ts";

/** A pod that was deleted without grace still gets this long, as the kubelet gives. */
const FORCED_GRACE_MS = 1000;
const MOUNT_RETRY_MAX_MS = 120_000;

/** Carries one pod through its life: address, volumes, init containers, containers, end. Its status in the store follows. */
export class PodWorker {
  /** Resolves when nothing of the pod is left on the node. */
  readonly done: Promise<void>;
  readonly #node: NodeServices;
  readonly #folder: string;
  readonly #logFolder: string;
  readonly #startTime: string;
  readonly #init: readonly ContainerRunner[];
  readonly #main: readonly ContainerRunner[];
  readonly #ending = new AbortController();
  readonly #volumes = new Map<string, PreparedVolume>();
  readonly #manifest: string;
  #pod: Pod;
  #address: string | undefined;
  #prepared = false;
  #failure: { readonly reason: string; readonly message: string } | undefined;
  #publishing: NodeJS.Immediate | undefined;
  #silent = false;
  #waiters: (() => void)[] = [];
  #volumeSync: Promise<unknown> = Promise.resolve();
  #renewal: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  readonly #deletion = new AbortController();
  #shuttingDown = false;
  /** Set once it must end; only ever becomes shorter. */
  #graceMs = Infinity;

  constructor(pod: Pod, node: NodeServices) {
    this.#pod = pod;
    this.#manifest = JSON.stringify(pod.spec);
    this.#node = node;
    this.#folder = join(node.folders.pods, podFolderName(pod));
    this.#logFolder = join(node.folders.logs, podFolderName(pod));
    this.#startTime = pod.status?.startTime ?? timestamp(node.now());
    const finished = isPodFinished(pod);
    if (!finished)
      this.#address =
        pod.spec.hostNetwork === true ? node.hostIP : node.addresses.take(pod.metadata.uid, pod.status?.podIP);
    this.#init = (pod.spec.initContainers ?? []).map((container) => this.#runner(container, "init"));
    this.#main = pod.spec.containers.map((container) => this.#runner(container, "main"));
    this.done = finished ? this.#untilDeleted() : this.#live();
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#deletion.abort();
      this.#terminate(0);
    }
    // Whatever the store still says of a run before the site went down is no longer so.
    if (!finished) this.#changed();
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** The newest state of the pod's object. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#deletion.abort();
      this.#terminate((pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
    }
    const { labels, annotations } = before.metadata;
    if (!sameJson([labels, annotations], [pod.metadata.labels, pod.metadata.annotations])) this.sourcesChanged();
    // Somebody else sets the conditions that readiness gates wait for.
    if (pod.spec.readinessGates !== undefined) this.#changed();
  }

  /** Its object is gone: it was deleted by force. */
  removed(): void {
    this.#silent = true;
    this.#deletion.abort();
    this.#terminate(FORCED_GRACE_MS);
  }

  /** The site goes down: what runs ends, and the store keeps saying that it should run. */
  async shutDown(graceMs: number): Promise<void> {
    this.#silent = true;
    this.#shuttingDown = true;
    this.#deletion.abort();
    this.#terminate(Math.min(graceMs, (this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1000));
    await this.done;
  }

  /** A ConfigMap, Secret or claim of its namespace, or its own labels, changed. */
  sourcesChanged(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
    if (this.#prepared) void this.#syncVolumes().catch(() => undefined); // What was there before stays in place.
  }

  uses(kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim", name: string): boolean {
    if (kind === "PersistentVolumeClaim") return claimsOf(this.#pod).includes(name);
    // The quoted name in the manifest's text finds volumes, envFrom and valueFrom alike; one time too often does no harm.
    return this.#manifest.includes(JSON.stringify(name));
  }

  runner(container: string): ContainerRunner | undefined {
    return [...this.#init, ...this.#main].find(({ spec }) => spec.name === container);
  }

  get runners(): readonly ContainerRunner[] {
    return [...this.#init, ...this.#main];
  }

  logFolder(container: string): string {
    return join(this.#logFolder, container);
  }

  async #live(): Promise<void> {
    await Promise.resolve(); // Not before the constructor is through.
    try {
      await this.#runToEnd();
    } catch (error) {
      // Nothing above is expected to throw: the pod fails and says why, the node goes on.
      this.#failure = { reason: "NodeError", message: (error as Error).message };
      for (const runner of this.runners) runner.stop(0);
    }
    clearTimeout(this.#deadline);
    clearTimeout(this.#renewal);
    this.#node.addresses.release(this.#pod.metadata.uid);
    this.#changed();
    await this.#untilDeleted();
  }

  async #runToEnd(): Promise<void> {
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (this.#address === undefined) {
      this.#failure = {
        reason: "OutOfpods",
        message: "Node didn't have enough resource: pods, no pod address is free",
      };
      return;
    }
    if (activeDeadlineSeconds !== undefined) this.#limit(activeDeadlineSeconds);
    await this.#untilVolumesReady();
    const sidecars: Promise<void>[] = [];
    for (const [index, runner] of this.#init.entries()) {
      if (this.#ending.signal.aborted) break;
      const run = runner.run();
      if (this.#pod.spec.initContainers?.[index]?.restartPolicy === "Always") {
        sidecars.push(run);
        await Promise.race([runner.firstStarted, run]);
      } else {
        await run;
        if (runner.status.state.terminated?.exitCode !== 0) {
          await this.#stopSidecars(sidecars);
          return; // Only a policy of Never lets an init container end so: the pod has failed.
        }
      }
    }
    if (!this.#ending.signal.aborted) await Promise.all(this.#main.map((runner) => runner.run()));
    await this.#stopSidecars(sidecars);
  }

  /** Sidecars end after the containers that they serve, the last one first. */
  async #stopSidecars(runs: readonly Promise<void>[]): Promise<void> {
    for (const runner of [...this.#init].reverse())
      runner.stop(Math.min(this.#graceMs, (this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1000));
    await Promise.all(runs);
  }

  async #untilVolumesReady(): Promise<void> {
    for (let waitMs = 1000; !this.#ending.signal.aborted; waitMs = Math.min(2 * waitMs, MOUNT_RETRY_MAX_MS)) {
      try {
        await this.#syncVolumes();
        this.#prepared = true;
        this.#changed();
        return;
      } catch (error) {
        if (!(error instanceof VolumeError)) throw error;
        this.#node.events.record(this.#pod, "Warning", "FailedMount", error.message);
        await this.#sourcesChanged(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(waitMs)]));
      }
    }
  }

  /** One at a time: two writers of one folder would undo each other. */
  async #syncVolumes(): Promise<void> {
    const next = this.#volumeSync.then(async () => {
      if (this.#ending.signal.aborted) return;
      let renewAt = Infinity;
      for (const volume of this.#pod.spec.volumes ?? []) {
        try {
          const prepared = await prepareVolume(
            volume,
            this.#facts(),
            join(this.#folder, "volumes"),
            this.#node.volumeSources,
            this.#node.now(),
          );
          this.#volumes.set(volume.name, prepared);
          renewAt = Math.min(renewAt, prepared.renewAt);
        } catch (error) {
          if (error instanceof VolumeError)
            throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`);
          throw error;
        }
      }
      clearTimeout(this.#renewal);
      if (renewAt < Infinity) {
        const renewMs = Math.min(Math.max(renewAt - this.#node.now(), 1000), 2 ** 31 - 1);
        this.#renewal = setTimeout(() => this.sourcesChanged(), renewMs).unref();
      }
    });
    this.#volumeSync = next.catch(() => undefined);
    await next;
  }

  #facts(): PodFacts {
    const { nodeName, hostIP, capacity } = this.#node;
    return { pod: this.#pod, podIP: this.#address ?? "", hostIP, nodeName, nodeCapacity: capacity };
  }

  #runner(container: Container, role: "init" | "main"): ContainerRunner {
    const { metadata, spec, status } = this.#pod;
    const host: ContainerHost = {
      podName: `${metadata.name}_${metadata.namespace ?? "default"}(${metadata.uid})`,
      address: this.#address ?? "",
      logFolder: this.logFolder(container.name),
      restartBackoff: this.#node.restartBackoff,
      imageHint: `known images: ${Object.keys(this.#node.images).sort().join(", ")}`,
      now: this.#node.now,
      changed: () => this.#changed(),
      record: (type, reason, message) => {
        if (!this.#silent)
          this.#node.events.record(
            this.#pod,
            type,
            reason,
            message,
            `spec.${role === "init" ? "initContainers" : "containers"}{${container.name}}`,
          );
      },
      plan: () => planContainer(container, this.#facts(), this.#folder, this.#volumes, this.#node),
      sourcesChanged: (signal) => this.#sourcesChanged(signal),
    };
    const restored = (role === "init" ? status?.initContainerStatuses : status?.containerStatuses)?.find(
      ({ name }) => name === container.name,
    );
    const waiting = role === "main" && (spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating";
    return new ContainerRunner(container, host, spec, role === "init" ? "init" : "main", waiting, restored);
  }

  async #sourcesChanged(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
      this.#waiters.push(resolve);
    });
  }

  #limit(seconds: number): void {
    const leftMs = Date.parse(this.#startTime) + seconds * 1000 - this.#node.now();
    this.#deadline = setTimeout(
      () => {
        this.#failure = {
          reason: "DeadlineExceeded",
          message: "Pod was active on the node longer than the specified deadline",
        };
        this.#terminate((this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
      },
      Math.max(leftMs, 0),
    );
  }

  #terminate(graceMs: number): void {
    if (graceMs >= this.#graceMs) return;
    this.#graceMs = graceMs;
    this.#ending.abort();
    for (const runner of this.#main) runner.stop(graceMs);
    for (const [index, runner] of this.#init.entries()) {
      if (this.#pod.spec.initContainers?.[index]?.restartPolicy !== "Always") runner.stop(graceMs);
    }
  }

  /** A finished pod stays in the store until somebody deletes it; then its folder goes and its object with it. */
  async #untilDeleted(): Promise<void> {
    const { signal } = this.#deletion;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await this.#volumeSync;
    if (this.#publishing !== undefined) clearImmediate(this.#publishing);
    if (this.#shuttingDown) return;
    await rm(this.#folder, { recursive: true, force: true });
    await rm(this.#logFolder, { recursive: true, force: true });
    if (!this.#silent) {
      this.#publish();
      this.#node.pods.delete(this.#pod, { gracePeriodSeconds: 0 });
    }
  }

  /** Many changes of one turn are one write. */
  #changed(): void {
    this.#publishing ??= setImmediate(() => this.#publish());
  }

  #publish(): void {
    this.#publishing = undefined;
    if (this.#silent) return;
    const status = podStatus({
      pod: this.#pod,
      now: this.#node.now(),
      hostIP: this.#node.hostIP,
      podIP: this.#address,
      startTime: this.#startTime,
      prepared: this.#prepared,
      initContainers: this.#init.map(({ status }) => status),
      containers: this.#main.map(({ status }) => status),
      ...(this.#failure && { failure: this.#failure }),
    });
    const written = this.#node.pods.updateStatus(this.#pod, status);
    if (written !== undefined) this.#pod = written;
  }
}
