import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createEventRecorder, resource } from "../objects/index.ts";
import type { EndpointSlice, Ingress, Pod, Service } from "../objects/index.ts";
import { ApiError } from "../store/contract.ts";
import type { KubeObject, ObjectStore } from "../store/contract.ts";
import { AddressPool, assertAddressUsable } from "./addresses.ts";
import { readLog } from "./container-log.ts";
import type { RestartBackoff } from "./container-runner.ts";
import type { ImageCommand } from "./image-catalogue.ts";
import { HostsFiles, clusterNames } from "./network/hosts-files.ts";
import { IngressController } from "./network/ingress.ts";
import { ServiceForwarding } from "./network/service-forwarding.ts";
import { ServiceTable } from "./network/service-table.ts";
import { nodeCapacity, registerNode } from "./node-object.ts";
import { podFolderName, siteFolders } from "./node-services.ts";
import type { NodeServices } from "./node-services.ts";
import { PodWorker } from "./pod-worker.ts";
import { isBelow, killProcesses } from "./processes.ts";
import { UsageMeter } from "./usage.ts";
import type { UsageSample } from "./usage.ts";
import type { TokenRequest } from "./volumes.ts";

export interface NodeOptions {
  readonly store: ObjectStore;
  readonly name: string;
  /** Absolute, without symbolic links: the processes of the site are found by it. */
  readonly dataDir: string;
  readonly externalAddress: string;
  readonly podPrefix: string;
  readonly images: Readonly<Record<string, ImageCommand>>;
  readonly apiServer: { readonly address: string; readonly port: number };
  /** Absolute path of the bundled `resolver-hook.ts`; absent: programs do not find cluster names. */
  readonly resolverHook?: string;
  /** Throws where there is no such service account (yet). */
  readonly serviceAccountToken: (request: TokenRequest) => { readonly token: string; readonly expiresAt: number };
  readonly restartBackoff?: RestartBackoff;
  readonly now: () => number;
}

export interface PodLogRequest {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  readonly signal: AbortSignal;
}

export interface PocketNode {
  /** Throws `ApiError` as the kubelet behind a real API server does. */
  podLogs(namespace: string, name: string, request: PodLogRequest): AsyncIterable<Buffer>;
  usage(): UsageSample;
  /** Ends every pod, within `graceMs`; the store still says that they should run. */
  stop(graceMs: number): Promise<void>;
}

const KUBELET_BACKOFF: RestartBackoff = { firstMs: 10_000, maxMs: 300_000 };

/** Starts the node: kills what an earlier run of the site left, then runs what the store says. */
export async function startNode(options: NodeOptions): Promise<PocketNode> {
  const { store, name, now } = options;
  await assertAddressUsable(options.externalAddress);
  await assertAddressUsable(`${options.podPrefix}.1`);
  const folders = siteFolders(options.dataDir);
  for (const folder of [folders.pods, folders.logs, folders.volumes])
    await mkdir(folder, { recursive: true, mode: 0o755 });
  await killProcesses(folders.site, ({ folder }) => isBelow(folder, folders.pods) || isBelow(folder, folders.volumes));

  const of = <T extends KubeObject>(apiVersion: string, kind: string) =>
    resource<T>(store, apiVersion, kind, "kubelet");
  const pods = of<Pod>("v1", "Pod");
  const services = of<Service>("v1", "Service");
  const slices = of<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice");
  const configMaps = of<DataObject>("v1", "ConfigMap");
  const secrets = of<DataObject>("v1", "Secret");
  const claims = of<Claim>("v1", "PersistentVolumeClaim");
  const volumes = of("v1", "PersistentVolume");
  const events = createEventRecorder(store, { now }, { component: "kubelet", host: name, fieldManager: "kubelet" });
  const proxyEvents = createEventRecorder(
    store,
    { now },
    { component: "kube-proxy", host: name, fieldManager: "kube-proxy" },
  );

  const table = new ServiceTable(services, slices);
  const hosts = new HostsFiles(folders.hosts);
  table.onChange(() => hosts.update(clusterNames(table.services(), table.slices())));
  const forwarding = new ServiceForwarding(table, options.externalAddress, proxyEvents);
  const ingress = new IngressController(
    of<Ingress>("networking.k8s.io/v1", "Ingress"),
    table,
    options.externalAddress,
    proxyEvents,
  );

  const shared = { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" };
  const node: NodeServices = {
    nodeName: name,
    hostIP: options.externalAddress,
    capacity: nodeCapacity(),
    folders,
    images: options.images,
    addresses: new AddressPool(options.podPrefix),
    pods,
    services,
    events,
    volumeSources: {
      configMap: (namespace, name) => bytesOf(configMaps.get(namespace, name)),
      secret: (namespace, name) => bytesOf(secrets.get(namespace, name)),
      claim: (namespace, name) => claimFolder(claims.get(namespace, name), name, folders.volumes),
      token: options.serviceAccountToken,
    },
    text: (kind, namespace, name) => textOf((kind === "Secret" ? secrets : configMaps).get(namespace, name)),
    environment: (namespace) => ({
      ...shared,
      KUBERNETES_SERVICE_HOST: options.apiServer.address,
      KUBERNETES_SERVICE_PORT: String(options.apiServer.port),
      KUBERNETES_SERVICE_PORT_HTTPS: String(options.apiServer.port),
      ...(options.resolverHook !== undefined && { POCKET_CLUSTER_HOSTS: hosts.pathFor(namespace) }),
    }),
    nodeOptions:
      options.resolverHook === undefined ? undefined : `--import=${pathToFileURL(options.resolverHook).href}`,
    restartBackoff: options.restartBackoff ?? KUBELET_BACKOFF,
    now,
  };

  const workers = new Map<string, PodWorker>();
  let stopping = false;
  const ours = pods.list().filter(({ spec }) => spec.nodeName === name);
  await removeOrphans(
    folders,
    new Set(ours.map(podFolderName)),
    new Set(volumes.list().map(({ metadata }) => metadata.name)),
  );
  // Addresses first: a pod that starts now must not take one that another had.
  for (const pod of ours) if (pod.status?.podIP !== undefined) node.addresses.take(pod.metadata.uid, pod.status.podIP);

  const wake = (kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim") => (_: string, object: KubeObject) => {
    for (const worker of workers.values()) {
      if (worker.pod.metadata.namespace === object.metadata.namespace && worker.uses(kind, object.metadata.name))
        worker.sourcesChanged();
    }
  };
  const stops = [
    registerNode(
      { name, address: options.externalAddress, now },
      of("v1", "Node"),
      of("coordination.k8s.io/v1", "Lease"),
    ),
    pods.watch((type, pod) => {
      const { uid } = pod.metadata;
      const worker = workers.get(uid);
      if (type === "DELETED") worker?.removed();
      else if (worker !== undefined) worker.update(pod);
      else if (pod.spec.nodeName === name && !stopping) {
        const started = new PodWorker(pod, node);
        workers.set(uid, started);
        void started.done.then(() => workers.delete(uid));
      }
    }),
    configMaps.watch(wake("ConfigMap")),
    secrets.watch(wake("Secret")),
    claims.watch(wake("PersistentVolumeClaim")),
    volumes.watch((type, volume) => {
      if (type === "DELETED") void rm(join(folders.volumes, volume.metadata.name), { recursive: true, force: true });
    }),
    of("v1", "Namespace").watch((type, namespace) => {
      if (type === "DELETED") hosts.forget(namespace.metadata.name);
    }),
  ];
  const meter = new UsageMeter(() => runningContainers(workers.values()), now);

  return {
    podLogs: (namespace, podName, request) => {
      const worker = [...workers.values()].find(
        ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === podName,
      );
      return logsOf(worker, podName, request, now());
    },
    usage: () => meter.current(),
    stop: async (graceMs) => {
      stopping = true;
      for (const stop of stops) stop();
      ingress.stop();
      forwarding.stop();
      table.stop();
      meter.stop();
      await Promise.all([...workers.values()].map((worker) => worker.shutDown(graceMs)));
    },
  };
}

interface DataObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

interface Claim extends KubeObject {
  readonly spec: { readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

/** A Secret's data and a ConfigMap's binaryData are base64, a ConfigMap's data is text. */
function bytesOf(object: DataObject | undefined): Readonly<Record<string, Buffer>> | undefined {
  if (object === undefined) return undefined;
  const result: Record<string, Buffer> = {};
  for (const [key, value] of Object.entries(object.data ?? {}))
    result[key] = Buffer.from(value, object.kind === "Secret" ? "base64" : "utf8");
  for (const [key, value] of Object.entries(object.binaryData ?? {})) result[key] = Buffer.from(value, "base64");
  return result;
}

function textOf(object: DataObject | undefined): Readonly<Record<string, string>> | undefined {
  const bytes = bytesOf(object);
  return bytes && Object.fromEntries(Object.entries(bytes).map(([key, value]) => [key, value.toString("utf8")]));
}

function claimFolder(
  claim: Claim | undefined,
  name: string,
  volumes: string,
): { readonly folder: string } | { readonly trouble: string } {
  if (claim === undefined) return { trouble: `persistentvolumeclaim "${name}" not found` };
  const { volumeName } = claim.spec;
  if (claim.status?.phase !== "Bound" || volumeName === undefined)
    return { trouble: `persistentvolumeclaim "${name}" is not bound` };
  return { folder: join(volumes, volumeName) };
}

/** Folders of pods and volumes that were deleted while the site was going down. */
async function removeOrphans(
  folders: NodeServices["folders"],
  pods: ReadonlySet<string>,
  volumes: ReadonlySet<string>,
): Promise<void> {
  for (const [folder, kept] of [
    [folders.pods, pods],
    [folders.logs, pods],
    [folders.volumes, volumes],
  ] as const) {
    for (const entry of await readdir(folder))
      if (!kept.has(entry)) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function* logsHead(chunk: Buffer, left: number): Generator<Buffer> {
  if (left > 0) yield chunk.length > left ? chunk.subarray(0, left) : chunk;
}

async function* logsOf(
  worker: PodWorker | undefined,
  pod: string,
  request: PodLogRequest,
  now: number,
): AsyncGenerator<Buffer> {
  const { container, previous, limitBytes = Infinity, sinceSeconds, tailLines } = request;
  const runner = worker?.runner(container);
  if (worker === undefined || runner === undefined)
    throw new ApiError(400, "BadRequest", `container ${container} is not valid for pod ${pod}`);
  const { state, restartCount } = runner.status;
  const live = runner.log;
  const run = (live?.run ?? restartCount) - (previous ? 1 : 0);
  if (previous && run < 0)
    throw new ApiError(400, "BadRequest", `previous terminated container "${container}" in pod "${pod}" not found`);
  if (!previous && live === undefined && state.waiting !== undefined && state.waiting.reason !== "CrashLoopBackOff") {
    throw new ApiError(
      400,
      "BadRequest",
      `container "${container}" in pod "${pod}" is waiting to start: ${state.waiting.reason}`,
    );
  }
  let left = limitBytes;
  const options = {
    ...request,
    ...(sinceSeconds !== undefined && { since: now - sinceSeconds * 1000 }),
    ...(tailLines !== undefined && { tailLines }),
  };
  for await (const chunk of readLog(worker.logFolder(container), run, options, previous ? undefined : live)) {
    yield* logsHead(chunk, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function runningContainers(workers: Iterable<PodWorker>): ReturnType<ConstructorParameters<typeof UsageMeter>[0]> {
  return [...workers].flatMap((worker) =>
    worker.runners.flatMap(({ pid, spec }) =>
      pid === undefined
        ? []
        : [
            {
              namespace: worker.pod.metadata.namespace ?? "default",
              pod: worker.pod.metadata.name,
              container: spec.name,
              pid,
            },
          ],
    ),
  );
}
