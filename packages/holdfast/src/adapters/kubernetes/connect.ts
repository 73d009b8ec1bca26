import { readFile } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
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
  const config = new KubeConfig();
  try {
    config.loadFromString(isText ? kubeconfig : await readFile(kubeconfig, "utf8"));
    // Files that a kubeconfig names are relative to it.
    if (!isText && isAbsolute(kubeconfig)) config.makePathsAbsolute(dirname(kubeconfig));
  } catch (cause) {
    // The cause may quote the text, which holds keys.
    const reason = (cause as NodeJS.ErrnoException).code ?? "it is not a kubeconfig";
    throw new ClusterError("invalid", `cannot read ${isText ? "the kubeconfig" : kubeconfig}: ${reason}`);
  }
  return connect(config);
}

/** The cluster that this pod runs in. `containerRoot` is where the pod's volumes appear when that is not `/`, as in the lab. */
export function connectInCluster(containerRoot: string = process.env["CONTAINER_ROOT"] ?? ""): KubernetesCluster {
  const config = new KubeConfig();
  config.loadFromCluster(containerRoot);
  return connect(config);
}

function connect(config: KubeConfig): KubernetesCluster {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new ClusterError("invalid", "the kubeconfig's current context names no cluster");
  return new KubernetesCluster(new ApiClient(server, config));
}
