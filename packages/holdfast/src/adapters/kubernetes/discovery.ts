import { ClusterError } from "../../ports/index.ts";
import type { ApiClient } from "./api-client.ts";

/** How a kind is addressed: `/apis/apps/v1/namespaces/<namespace>/deployments`. */
export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/**
 * Asks the server what it calls each kind, once a group version. A kind that is missing is asked for again, because a custom
 * resource may be defined at any time. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export class Discovery {
  readonly #client: ApiClient;
  readonly #groups = new Map<string, ReadonlyMap<string, Resource>>();
  readonly #pending = new Map<string, Promise<ReadonlyMap<string, Resource>>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resource> {
    const resource =
      this.#groups.get(apiVersion)?.get(kind) ?? (await unlessAborted(this.#group(apiVersion), signal)).get(kind);
    if (resource === undefined) throw unknownKind(apiVersion, kind);
    return resource;
  }

  /** Several callers that need the same group wait for one request, which none of them can abort for the others. */
  #group(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    const pending =
      this.#pending.get(apiVersion) ?? this.#ask(apiVersion).finally(() => this.#pending.delete(apiVersion));
    this.#pending.set(apiVersion, pending);
    return pending;
  }

  async #ask(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    try {
      const list = (await this.#client.send({
        method: "GET",
        path: groupPath(apiVersion),
        doing: `ask what ${apiVersion} has`,
      })) as ResourceList;
      // `deployments/status` and the like are parts of a resource.
      const whole = list.resources.filter(({ name }) => !name.includes("/"));
      const group = new Map(whole.map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]));
      this.#groups.set(apiVersion, group);
      return group;
    } catch (error) {
      if (error instanceof ClusterError && error.code === "not-found") return new Map();
      throw error;
    }
  }
}

/** The request itself goes on, for others may wait for it. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = new AbortController();
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: aborted.signal });
      }),
    ]);
  } finally {
    aborted.abort();
  }
}

function unknownKind(apiVersion: string, kind: string): ClusterError {
  return new ClusterError("unknown-kind", `the server does not know the kind ${kind} of ${apiVersion}`);
}

/** The core group has a path of its own. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
