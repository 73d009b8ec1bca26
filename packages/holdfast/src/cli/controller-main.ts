import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveDns } from "../adapters/dns-server/index.ts";
import { serveHttp } from "../adapters/http-server/index.ts";
import { connectInCluster, connectKubeconfig, peerClusters } from "../adapters/kubernetes/index.ts";
import { agentConnector } from "../adapters/postgresql/index.ts";
import { httpProber } from "../adapters/probes/index.ts";
import { addressLookup, jsonLog, realClock, realRandom } from "../adapters/system/index.ts";
import { Controller, parseControllerConfig } from "../controller/index.ts";
import type { ControllerConfig } from "../controller/index.ts";

/**
 * The controller's process: chooses the real outside, runs until SIGTERM or SIGINT, exits 0. Environment:
 *   CONFIG_FILE   what to be (rendered); default /etc/holdfast/config.json
 *   KUBECONFIG    the cluster; default: the one this pod runs in, by its service account
 *   POD_IP        the address to serve on; default: all
 *   DNS_PORT      default 53          HTTP_PORT  default 8081
 *   CONTAINER_ROOT  where a pod's volumes appear when that is not `/`
 */
const env = process.env;
const log = jsonLog(
  (line) => process.stdout.write(line),
  () => realClock.wallTime(),
);

async function main(): Promise<void> {
  const config = readConfig(env["CONFIG_FILE"] ?? join(env["CONTAINER_ROOT"] ?? "", "/etc/holdfast/config.json"));
  const { KUBECONFIG: kubeconfig, POD_IP: address = "0.0.0.0" } = env;
  const stop = new AbortController();
  // Every loop waits for it.
  setMaxListeners(0, stop.signal);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

  const cluster =
    kubeconfig === undefined || kubeconfig === "" ? connectInCluster() : await connectKubeconfig(kubeconfig);
  const peers = peerClusters(cluster, config.site);
  const prober = httpProber();
  const databases = agentConnector();
  const servesDns = config.fleet.traffic.provider === "holdfast-dns";
  const onError = (error: Error) => log.warn("DNS socket", { reason: error.message });
  const nameServer = servesDns
    ? await serveDns({ address, port: portFrom("DNS_PORT", 53), random: realRandom, onError })
    : undefined;
  const controller = new Controller(config, {
    clock: realClock,
    random: realRandom,
    cluster,
    peers,
    prober,
    databases,
    lookup: addressLookup,
    log,
    ...(nameServer && { nameServer }),
  });
  const api = await serveHttp({
    address,
    port: portFrom("HTTP_PORT", 8081),
    handle: (path) => controller.handle(path),
  });
  log.info("serving", { site: config.site, role: config.role, dns: nameServer?.port, http: api.port });

  await controller.run(stop.signal);
  await Promise.all([nameServer?.close(), api.close()]);
  peers.close();
  prober.close();
  databases.close();
  log.info("stopped");
}

function readConfig(file: string): ControllerConfig {
  const parsed = parseControllerConfig(readFileSync(file, "utf8"));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.error}`);
  return parsed.value;
}

function portFrom(name: string, fallback: number): number {
  const text = env[name] ?? "";
  const port = text === "" ? fallback : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is no port: ${text}`);
  return port;
}

// Nothing half alive: a pod that cannot do its duty ends, and its kubelet starts it again.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    log.warn("ending", { reason: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  },
);
