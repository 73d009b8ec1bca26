import { existsSync, readFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../../ports/index.ts";
import { ApiClient } from "./api-client.ts";
import { KubernetesCluster } from "./kubernetes-cluster.ts";

/**
 * The cluster that a kubeconfig's current context names: the text itself, or the path of the file. `exec`, OIDC and the other
 * ways to log in are the official client's.
 */
export async function connectKubeconfig(kubeconfig: string): Promise<KubernetesCluster> {
  const isText = kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
  const name = isText ? "the kubeconfig" : kubeconfig;
  if (isText) return connect(() => parse(kubeconfig, name));
  // Read now for the error, and again whenever the server refuses: tools that log in rewrite the file.
  await access(kubeconfig, constants.R_OK).catch((cause: unknown) => {
    throw new ClusterError("invalid", `cannot read ${name}: ${(cause as NodeJS.ErrnoException).code ?? "unreadable"}`);
  });
  return connect(() => parseFile(kubeconfig));
}

/** The contexts that kubectl would know: of the files in `KUBECONFIG`, or of ~/.kube/config. */
export function knownContexts(environment: NodeJS.ProcessEnv): readonly string[] {
  return usersConfig(environment).contexts.map(({ name }) => name);
}

/** The cluster of one of these contexts. */
export function connectContext(context: string, environment: NodeJS.ProcessEnv): KubernetesCluster {
  return connect(() => {
    const config = usersConfig(environment);
    config.setCurrentContext(context);
    return config;
  });
}

/** As kubectl merges them: what an earlier file names, a later one does not change, and one that is missing is left out. */
function usersConfig(environment: NodeJS.ProcessEnv): KubeConfig {
  const named = environment["KUBECONFIG"] ?? "";
  const files = named === "" ? [join(environment["HOME"] ?? homedir(), ".kube/config")] : named.split(delimiter);
  const configs = files.filter((file) => file !== "" && existsSync(file)).map(parseFile);
  const merged = new KubeConfig();
  merged.clusters = firstOfEach(configs.flatMap(({ clusters }) => clusters));
  merged.users = firstOfEach(configs.flatMap(({ users }) => users));
  merged.contexts = firstOfEach(configs.flatMap(({ contexts }) => contexts));
  return merged;
}

function firstOfEach<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

function parseFile(file: string): KubeConfig {
  const config = parse(readFileSync(file, "utf8"), file);
  // Files that a kubeconfig names are relative to it.
  config.makePathsAbsolute(dirname(resolve(file)));
  return config;
}

function parse(text: string, name: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
    return config;
  } catch {
    // Without a cause: it may quote the text, which holds keys.
    throw new ClusterError("invalid", `cannot read ${name}: it is not a kubeconfig`);
  }
}

/** The cluster that this pod runs in. `containerRoot` is where the pod's volumes appear when that is not `/`, as in the lab. */
export function connectInCluster(containerRoot: string = process.env["CONTAINER_ROOT"] ?? ""): KubernetesCluster {
  return connect(() => {
    const config = new KubeConfig();
    config.loadFromCluster(containerRoot);
    return config;
  });
}

function connect(load: () => KubeConfig): KubernetesCluster {
  const server = load().getCurrentCluster()?.server;
  if (server === undefined) throw new ClusterError("invalid", "the kubeconfig's current context names no cluster");
  return new KubernetesCluster(new ApiClient(server, load));
}
