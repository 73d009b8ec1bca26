import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPocketCluster } from "./pocket-cluster.ts";
import type { PocketCluster } from "./pocket-cluster.ts";
import type { PocketClusterConfig } from "./config.ts";
import { killProcesses } from "./node/index.ts";

/** `node pocket-cluster.js CONFIG.json`: runs one cluster until SIGTERM, or until the parent that holds the pipe is gone. */

/** What pods that have a longer grace get when the site is told to go down. */
const SHUTDOWN_GRACE_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.argv[2]);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o755 });
  const dataDir = realpathSync(config.dataDir);
  watchParent(() => void dieAtOnce(dataDir, 0));
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => {
      process.stderr.write(
        `pocket-cluster ${config.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      void dieAtOnce(dataDir, 1);
    });
  }
  const hook = join(dirname(fileURLToPath(import.meta.url)), "pocket-resolver.js");
  const starting = startPocketCluster({ ...config, dataDir }, existsSync(hook) ? { resolverHook: hook } : {});
  let asked = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // Asked twice: no more patience.
      if (asked) void dieAtOnce(dataDir, 1);
      asked = true;
      void starting.then((cluster) => stop(cluster, dataDir));
    });
  }
  const cluster = await starting;
  process.stdout.write(
    `${JSON.stringify({ ready: true, name: config.name, url: cluster.url, kubeconfig: cluster.kubeconfig })}\n`,
  );
}

async function stop(cluster: PocketCluster, dataDir: string): Promise<void> {
  await cluster.stop(SHUTDOWN_GRACE_MS);
  await dieAtOnce(dataDir, 0);
}

/** No process of the site outlives it. */
async function dieAtOnce(dataDir: string, exitCode: number): Promise<void> {
  await killProcesses(dataDir, () => true).catch(() => undefined);
  process.exit(exitCode);
}

/** The parent holds the other end of a pipe and never writes: its end is the parent's, however that came. */
function watchParent(onGone: () => void): void {
  const descriptor = Number(process.env["POCKET_CLUSTER_PARENT_PIPE"]);
  delete process.env["POCKET_CLUSTER_PARENT_PIPE"];
  if (!Number.isInteger(descriptor) || descriptor < 3) return;
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  pipe.on("error", onGone).on("close", onGone).resume();
}

function readConfig(path: string | undefined): PocketClusterConfig {
  if (path === undefined) throw new Error("usage: pocket-cluster CONFIG.json");
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as PocketClusterConfig;
  } catch (cause) {
    throw new Error(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`pocket-cluster: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
