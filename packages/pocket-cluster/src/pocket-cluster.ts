import { join } from "node:path";
import { openPki, serviceAccountTokens, startApiServer, writeKubeconfig } from "./api/index.ts";
import type { UsageMetrics } from "./api/index.ts";
import type { PocketClusterConfig } from "./config.ts";
import { startControllers } from "./controllers/index.ts";
import type { Timers } from "./controllers/index.ts";
import { startNode } from "./node/index.ts";
import type { PocketNode, UsageSample } from "./node/index.ts";
import { openPersistence } from "./persistence/index.ts";
import { ApiError, createStore } from "./store/index.ts";

export interface PocketCluster {
  /** Of the API server. */
  readonly url: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Pods get their grace, at most `graceMs`; everything visible is on disk afterwards. */
  stop(graceMs: number): Promise<void>;
}

const SERVICE_NAMES = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "localhost",
];

/** Puts a cluster together: the store as it was, the API on it, the controllers and the node. `config.dataDir` is a real path. */
export async function startPocketCluster(
  config: PocketClusterConfig,
  options: { readonly resolverHook?: string },
): Promise<PocketCluster> {
  const { name, dataDir, network } = config;
  const { api, externalAddress } = network;
  const persistence = openPersistence({ directory: join(dataDir, "store") });
  const store = createStore(
    { now: Date.now, random: Math.random, servicePrefix: network.servicePrefix },
    persistence.saved,
  );
  persistence.attach(store);
  const apiServiceIP = `${network.servicePrefix}.1`;
  const pki = openPki({
    directory: join(dataDir, "pki"),
    clusterName: name,
    serverNames: [api.address, externalAddress, apiServiceIP, "127.0.0.1", ...SERVICE_NAMES, ...config.apiServerNames],
    now: Date.now,
  });
  const tokens = serviceAccountTokens(pki.tokenKey, store, Date.now);

  /** The API answers a moment before the node runs. */
  const late: { node?: PocketNode } = {};
  const server = await startApiServer({
    store,
    pki,
    addresses: [api.address, externalAddress],
    port: api.port,
    flushed: () => persistence.flushed(),
    extensions: {
      podLogs: (namespace, pod, request) => {
        if (late.node === undefined) throw new ApiError(503, "ServiceUnavailable", "the node is still starting");
        return late.node.podLogs(namespace, pod, request);
      },
      metrics: () => usageMetrics(name, late.node?.usage()),
      readiness: () => [{ name: "node", ready: late.node !== undefined }],
    },
  });
  const report = (controller: string, key: string, error: unknown): void => {
    process.stderr.write(
      `pocket-cluster ${name}: ${controller} ${key}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  };
  const controllers = startControllers({
    store,
    timers,
    rootCertificate: pki.authorityCertificate,
    issueSecretToken: (request) => tokens.issueForSecret(request),
    apiService: { clusterIP: apiServiceIP, endpoint: { address: api.address, port: server.port } },
    externalAddress,
    usage: () => late.node?.usage().containers ?? [],
    report,
  });
  const node = await startNode({
    store,
    name,
    dataDir,
    externalAddress,
    podPrefix: network.podPrefix,
    images: config.images,
    apiServer: { address: api.address, port: server.port },
    serviceAccountToken: ({ namespace, serviceAccount, audience, expirationSeconds, pod }) =>
      tokens.issue({
        namespace,
        serviceAccount,
        expirationSeconds,
        pod,
        ...(audience !== undefined && { audiences: [audience] }),
      }),
    now: Date.now,
    ...options,
  });
  late.node = node;
  const kubeconfig = join(dataDir, "admin.kubeconfig");
  writeKubeconfig(kubeconfig, {
    cluster: name,
    user: "admin",
    server: server.url,
    authorityCertificate: pki.authorityCertificate,
    credential: { certificate: pki.issueClientCertificate({ user: "admin", groups: ["system:masters"] }) },
  });

  return {
    url: server.url,
    kubeconfig,
    stop: async (graceMs) => {
      controllers.stop();
      // The API goes last: programs say goodbye to it.
      await node.stop(graceMs);
      await server.close();
      await persistence.flushed();
      await persistence.close();
    },
  };
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const timers: Timers = {
  now: Date.now,
  after: (ms, action) => {
    if (ms <= 0) {
      const immediate = setImmediate(action);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

function usageMetrics(nodeName: string, sample: UsageSample | undefined): UsageMetrics {
  const containers = sample?.containers ?? [];
  const pods = new Map<
    string,
    {
      namespace: string;
      name: string;
      containers: { name: string; usage: { cpuNanocores: number; memoryBytes: number } }[];
    }
  >();
  for (const { namespace, pod, container, cpuNanocores, memoryBytes } of containers) {
    const entry = pods.get(`${namespace}/${pod}`) ?? { namespace, name: pod, containers: [] };
    entry.containers.push({ name: container, usage: { cpuNanocores, memoryBytes } });
    pods.set(`${namespace}/${pod}`, entry);
  }
  const total = containers.reduce(
    (sum, { cpuNanocores, memoryBytes }) => ({
      cpuNanocores: sum.cpuNanocores + cpuNanocores,
      memoryBytes: sum.memoryBytes + memoryBytes,
    }),
    { cpuNanocores: 0, memoryBytes: 0 },
  );
  return {
    measuredAt: sample?.measuredAt ?? Date.now(),
    windowMs: sample?.windowMs ?? 1,
    nodes: [{ name: nodeName, usage: total }],
    pods: [...pods.values()],
  };
}
