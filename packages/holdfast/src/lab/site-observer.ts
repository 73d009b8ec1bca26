import { statusConfigMap, statusKey } from "../api-contract/index.ts";
import type { SiteStatus as ControllerStatus } from "../api-contract/index.ts";
import type { Cluster, KubernetesObject, ListQuery } from "../ports/index.ts";
import type { PodStatus } from "./status.ts";

/** Follows what a site's own API says: its pods, and what its controller reports. */
export class SiteObserver {
  readonly #stop = new AbortController();
  #pods: readonly PodStatus[] = [];
  #controller: ControllerStatus | undefined;

  constructor(cluster: Cluster) {
    const { signal } = this.#stop;
    const follow = (
      query: Omit<ListQuery, "apiVersion">,
      onObjects: (objects: readonly KubernetesObject[]) => void,
    ): void => {
      cluster.follow({ apiVersion: "v1", ...query }, onObjects, signal).catch(() => undefined); // Ends with the signal; until then it reconnects by itself.
    };
    follow({ kind: "Pod" }, (objects) => (this.#pods = objects.map(podStatus).sort(byName)));
    // Only this one: the registers beside it change all the time.
    const { namespace, name } = statusConfigMap;
    const status = { kind: "ConfigMap", namespace, fieldSelector: `metadata.name=${name}` };
    follow(status, (objects) => (this.#controller = controllerStatus(objects)));
  }

  get pods(): readonly PodStatus[] {
    return this.#pods;
  }

  get controller(): ControllerStatus | undefined {
    return this.#controller;
  }

  close(): void {
    this.#stop.abort();
  }
}

interface PodBody {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state?: {
        readonly waiting?: { readonly reason?: string };
        readonly terminated?: { readonly reason?: string };
      };
    }[];
  };
}

/** The columns of `kubectl get pods`. */
function podStatus(pod: KubernetesObject): PodStatus {
  const { status = {} } = pod as PodBody;
  const containers = status.containerStatuses ?? [];
  const trouble = containers.map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason).find(Boolean);
  return {
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    ready: status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false,
    status: pod.metadata["deletionTimestamp"] ? "Terminating" : (trouble ?? status.phase ?? "Pending"),
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
  };
}

function byName(a: PodStatus, b: PodStatus): number {
  return a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name);
}

function controllerStatus(objects: readonly KubernetesObject[]): ControllerStatus | undefined {
  const found = objects.find((object) => object.metadata.name === statusConfigMap.name);
  const text = (found?.["data"] as Record<string, string> | undefined)?.[statusKey];
  return text === undefined ? undefined : (JSON.parse(text) as ControllerStatus);
}
