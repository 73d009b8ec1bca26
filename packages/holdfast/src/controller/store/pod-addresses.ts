import type { Cluster, KubernetesObject } from "../../ports/index.ts";
import type { Trouble } from "../trouble.ts";

/** Follows where a pod is: its address while it has one. `onChange` is first told when it is known whether there is any. */
export async function followPodAddress(
  cluster: Cluster,
  pod: { readonly namespace: string; readonly name: string; readonly labelSelector: string },
  onChange: (address: string | undefined) => void,
  signal: AbortSignal,
  trouble: Trouble,
): Promise<void> {
  const { namespace, name, labelSelector } = pod;
  let before: string | undefined | null = null;
  await cluster.follow(
    { apiVersion: "v1", kind: "Pod", namespace, labelSelector },
    (pods) => {
      trouble.over();
      const address = addressOf(pods.find((each) => each.metadata.name === name));
      if (address === before) return;
      before = address;
      onChange(address);
    },
    signal,
    (error) => trouble.tell(error),
  );
}

function addressOf(pod: KubernetesObject | undefined): string | undefined {
  const { phase, podIP } = (pod?.["status"] ?? {}) as { readonly phase?: string; readonly podIP?: string };
  return phase === "Succeeded" || phase === "Failed" || podIP === "" ? undefined : podIP;
}
