import type { Cluster, ClusterError, KubernetesObject } from "../ports/index.ts";

/** Follows where a pod is: its address, once it has one, until it is on its way out. */
export async function followPodAddress(
  cluster: Cluster,
  pod: { readonly namespace: string; readonly name: string; readonly labelSelector: string },
  onChange: (address: string | undefined) => void,
  signal: AbortSignal,
  onTrouble: (error: ClusterError) => void,
): Promise<void> {
  const { namespace, name, labelSelector } = pod;
  let before: string | undefined;
  await cluster.follow(
    { apiVersion: "v1", kind: "Pod", namespace, labelSelector },
    (pods) => {
      const address = addressOf(pods.find((each) => each.metadata.name === name));
      if (address === before) return;
      before = address;
      onChange(address);
    },
    signal,
    onTrouble,
  );
}

function addressOf(pod: KubernetesObject | undefined): string | undefined {
  const { phase, podIP } = (pod?.["status"] ?? {}) as { readonly phase?: string; readonly podIP?: string };
  return phase === "Succeeded" || phase === "Failed" || podIP === "" ? undefined : podIP;
}
