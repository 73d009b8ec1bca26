import type { ObjectStore } from "../store/contract.ts";
import type { Pki } from "./pki/index.ts";

/** What `startApiServer` needs. Every address listens on the same port; port 0 takes a free one (of the first address) for all. */
export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly pki: Pki;
  readonly addresses: readonly string[];
  readonly port: number;
  /**
   * Resolves once every change made so far is on disk. A write is answered only after it (see `persistence`). Absent: the store is
   * kept in memory only.
   */
  readonly flushed?: () => Promise<void>;
  readonly extensions?: ApiExtensions;
  /** ms since the epoch; default: the machine's clock. Ages in tables and the life of tokens are told by it. */
  readonly now?: () => number;
}

export interface ApiServer {
  /** For example `https://127.21.0.1:6443`, of the first address. */
  readonly url: string;
  readonly port: number;
  /** Ends all watches and log streams, then resolves. */
  close(): Promise<void>;
}

/** What the API server does not know itself and the node supplies. What is absent is answered as a server without a node would. */
export interface ApiExtensions {
  /** Throws `ApiError` (404 no such container, 400 container not started yet). Ends when the log ends or, with `follow`, the container. */
  readonly podLogs?: (namespace: string, name: string, options: PodLogOptions) => AsyncIterable<Buffer>;
  /** Present: `metrics.k8s.io/v1beta1` is served. */
  readonly metrics?: () => UsageMetrics;
  /** Components that must be ready before `/readyz` says so, for example `{ name: "node", ready: true }`. */
  readonly readiness?: () => readonly { readonly name: string; readonly ready: boolean }[];
}

export interface PodLogOptions {
  /** Absent: the pod's only container, or the one named by `kubectl.kubernetes.io/default-container`, chosen by the API server. */
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  /** Ends a followed log when the client has gone. */
  readonly signal: AbortSignal;
}

export interface UsageMetrics {
  /** ms since the epoch: the end of the window that the figures are averages of. */
  readonly measuredAt: number;
  readonly windowMs: number;
  readonly nodes: readonly { readonly name: string; readonly usage: Usage }[];
  readonly pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly containers: readonly { readonly name: string; readonly usage: Usage }[];
  }[];
}

export interface Usage {
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}
