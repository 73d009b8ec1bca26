/** A Kubernetes API server, as far as we need one. The real one is the official client; see adapters/kubernetes. */
export interface Cluster {
  /** Server-side apply with `fieldManager: holdfast`, forcing. Answers the object as stored. */
  apply(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined>;
  list(query: ListQuery, signal?: AbortSignal): Promise<readonly KubernetesObject[]>;
  create(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  /** Replaces; the manifest's resourceVersion is the precondition. Rejects with ClusterError "conflict". */
  replace(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject>;
  delete(reference: ObjectReference, signal?: AbortSignal): Promise<void>;
  /** Lists, then follows changes; reconnects by itself until the signal aborts. `onChange` gets the whole current set. */
  follow(query: ListQuery, onChange: (objects: readonly KubernetesObject[]) => void, signal: AbortSignal): Promise<void>;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** What a server answers: a manifest with the server's own fields. */
export type KubernetesObject = Manifest;

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export type ClusterErrorCode = "unreachable" | "conflict" | "refused" | "invalid" | "timeout";

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  constructor(code: ClusterErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ClusterError";
    this.code = code;
  }
}
