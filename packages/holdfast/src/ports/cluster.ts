import type { Manifest, ObjectReference } from "../core/render/kubernetes/index.ts";

export type { Manifest, ObjectReference };

/**
 * A Kubernetes API server, as far as we need one. The real one is adapters/kubernetes; cluster.conformance.ts says what
 * each implementation must do. Every refusal is a ClusterError; a wait ends when its signal aborts, with the signal's reason.
 */
export interface Cluster {
  /** Server-side apply with `fieldManager: holdfast`, forcing. Answers the object as stored. */
  apply(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  /** `undefined` when there is no such object. */
  get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined>;
  /** Whole: pages are put together. */
  list(query: ListQuery, signal?: AbortSignal): Promise<readonly KubernetesObject[]>;
  /** Rejects with "conflict" when the object exists. */
  create(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  /** Replaces; the manifest's resourceVersion is the precondition. Rejects with "conflict" when it no longer holds. */
  replace(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  /** Dependents are deleted in the background. An object that is not there is no error. */
  delete(reference: ObjectReference, signal?: AbortSignal): Promise<void>;
  /**
   * Lists, then follows changes until the signal aborts, and then resolves. `onChange` gets the whole current set, first
   * after the list. It reconnects and lists again by itself with a bounded back-off; what is in its way is told to `onTrouble`.
   */
  follow(
    query: ListQuery,
    onChange: (objects: readonly KubernetesObject[]) => void,
    signal: AbortSignal,
    onTrouble?: (error: ClusterError) => void,
  ): Promise<void>;
}

/** What a server answers: a manifest with the server's own fields. */
export type KubernetesObject = Manifest;

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * "unreachable": no answer, or one that says try again later. "timeout": it took too long. "conflict": somebody else changed
 * it, or it exists. "not-found": what it belongs to is not there. "unknown-kind": the server does not serve that kind.
 * "refused": not allowed. "invalid": the server cannot accept the object as it is.
 */
export type ClusterErrorCode =
  "unreachable" | "timeout" | "conflict" | "not-found" | "unknown-kind" | "refused" | "invalid";

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  constructor(code: ClusterErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ClusterError";
    this.code = code;
  }
}

const codeByStatus: Readonly<Record<number, ClusterErrorCode>> = {
  400: "invalid",
  401: "refused",
  403: "refused",
  404: "not-found",
  405: "refused",
  408: "timeout",
  409: "conflict",
  410: "conflict",
  413: "invalid",
  415: "invalid",
  422: "invalid",
  429: "unreachable",
  504: "timeout",
};

/** What a server's HTTP status means to us. A field that server-side apply does not know is answered 500 like a server's own mistake. */
export function clusterErrorCode(status: number, message: string): ClusterErrorCode {
  if (status === 500 && message.includes("failed to create typed patch object")) return "invalid";
  return codeByStatus[status] ?? (status >= 500 ? "unreachable" : "refused");
}
