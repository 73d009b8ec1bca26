import { ClusterError } from "../../ports/index.ts";
import type { ApiClient } from "./api-client.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** How a kind is addressed: `/apis/apps/v1/namespaces/<namespace>/deployments`. */
export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** A request for a group and how many wait for its answer. */
interface Question {
  readonly answer: Promise<ReadonlyMap<string, Resource>>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Asks the server what it calls each kind, once a group version. A kind that is missing is asked for again, because a custom
 * resource may be defined at any time. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export class Discovery {
  readonly #client: ApiClient;
  readonly #groups = new Map<string, ReadonlyMap<string, Resource>>();
  readonly #pending = new Map<string, Question>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resource> {
    const resource = this.#groups.get(apiVersion)?.get(kind) ?? (await this.#group(apiVersion, signal)).get(kind);
    if (resource === undefined) throw unknownKind(apiVersion, kind);
    return resource;
  }

  /**
   * Several callers that need the same group wait for one request, which none of them can abort for the others; it ends
   * with the last one that waits, or a server that hangs would keep the next caller waiting, too.
   */
  async #group(apiVersion: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Resource>> {
    const question = this.#pending.get(apiVersion) ?? this.#begin(apiVersion);
    question.waiting += 1;
    try {
      return await unlessAborted(question.answer, signal);
    } finally {
      question.waiting -= 1;
      if (question.waiting === 0 && this.#pending.get(apiVersion) === question) {
        this.#pending.delete(apiVersion);
        question.stop.abort();
      }
    }
  }

  #begin(apiVersion: string): Question {
    const stop = new AbortController();
    const answer = this.#ask(apiVersion, stop.signal);
    const question: Question = { answer, stop, waiting: 0 };
    this.#pending.set(apiVersion, question);
    const settle = (): void => {
      if (this.#pending.get(apiVersion) === question) this.#pending.delete(apiVersion);
    };
    // Those who wait hear of a failure; nobody may be left.
    answer.then(settle, settle);
    return question;
  }

  async #ask(apiVersion: string, signal: AbortSignal): Promise<ReadonlyMap<string, Resource>> {
    try {
      const list = (await this.#client.send({
        method: "GET",
        path: groupPath(apiVersion),
        doing: `ask what ${apiVersion} has`,
        signal,
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

function unknownKind(apiVersion: string, kind: string): ClusterError {
  return new ClusterError("unknown-kind", `the server does not know the kind ${kind} of ${apiVersion}`);
}

/** The core group has a path of its own. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
