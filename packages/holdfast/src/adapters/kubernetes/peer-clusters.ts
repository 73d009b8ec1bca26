import {
  PEER_KUBECONFIG,
  SYSTEM_NAMESPACE,
  describeReference,
  peerSecretName,
} from "../../core/render/kubernetes/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import { ClusterError } from "../../ports/index.ts";
import type {
  Cluster,
  KubernetesObject,
  ListQuery,
  Manifest,
  ObjectReference,
  PeerClusters,
} from "../../ports/index.ts";
import { connectKubeconfig } from "./connect.ts";
import type { KubernetesCluster } from "./kubernetes-cluster.ts";
import { unlessAborted } from "./unless-aborted.ts";

/**
 * The voters' clusters: this site's own, and each peer's by the login that the Secret `holdfast-peer-<voter>` of the own cluster holds.
 * Peers share nothing, so one that hangs delays no other.
 */
export function peerClusters(own: Cluster, self: SiteName): PeerClusters & { close(): void } {
  const peers = new Map<SiteName, Peer>();
  return {
    connect: async (voter, signal) => {
      if (voter === self) return own;
      const peer = peers.get(voter) ?? new Peer(own, voter);
      peers.set(voter, peer);
      await peer.logIn(signal);
      return peer;
    },
    close: () => {
      for (const peer of peers.values()) peer.close();
    },
  };
}

interface Login {
  readonly kubeconfig: string;
  readonly cluster: KubernetesCluster;
  /** Aborts when another login took its place. */
  readonly replaced: AbortController;
}

/** The own API server is not asked for one peer's Secret more often than this. */
const READ_AGAIN_MS = 1000;

/** One peer's cluster. It stays the same when its login is replaced, so that whoever uses it need not know. */
class Peer implements Cluster {
  readonly #own: Cluster;
  readonly #secret: ObjectReference;
  #login: Login | undefined;
  /** Why there is no login. */
  #problem: Error | undefined;
  #wasRefused = false;
  #reading: Promise<void> | undefined;
  #readAt = -Infinity;
  #closed = false;

  constructor(own: Cluster, voter: SiteName) {
    this.#own = own;
    this.#secret = { apiVersion: "v1", kind: "Secret", namespace: SYSTEM_NAMESPACE, name: peerSecretName(voter) };
  }

  /** Waits for the login only when there is none; one that was refused may still be better than an own server that hangs. */
  async logIn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#login === undefined) await unlessAborted(this.#readSoon(), signal);
    else if (this.#wasRefused) void this.#readSoon();
    if (this.#login === undefined) throw this.#problem ?? this.#refusal("the connection was closed");
  }

  close(): void {
    this.#closed = true;
    this.#replace(undefined);
  }

  apply(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask((cluster) => cluster.apply(manifest, signal));
  }

  get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    return this.#ask((cluster) => cluster.get(reference, signal));
  }

  list(query: ListQuery, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
    return this.#ask((cluster) => cluster.list(query, signal));
  }

  create(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask((cluster) => cluster.create(manifest, signal));
  }

  replace(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    return this.#ask((cluster) => cluster.replace(manifest, signal));
  }

  delete(reference: ObjectReference, signal?: AbortSignal): Promise<void> {
    return this.#ask((cluster) => cluster.delete(reference, signal));
  }

  async follow(
    query: ListQuery,
    onChange: (objects: readonly KubernetesObject[]) => void,
    signal: AbortSignal,
    onTrouble: (error: ClusterError) => void = () => undefined,
  ): Promise<void> {
    const onRefused = (error: ClusterError): void => {
      this.#hear(error);
      // It asks by itself again and again: nobody else may come to look for a new login.
      if (this.#wasRefused) void this.#readSoon();
      onTrouble(error);
    };
    while (!signal.aborted) {
      const { cluster, replaced } = this.#current();
      await cluster.follow(query, onChange, AbortSignal.any([signal, replaced.signal]), onRefused);
    }
  }

  async #ask<T>(question: (cluster: Cluster) => Promise<T>): Promise<T> {
    const { cluster } = this.#current();
    try {
      return await question(cluster);
    } catch (error) {
      this.#hear(error);
      throw error;
    }
  }

  #current(): Login {
    if (this.#login === undefined) throw this.#refusal("the connection was closed");
    return this.#login;
  }

  #hear(error: unknown): void {
    if (error instanceof ClusterError && error.code === "refused") this.#wasRefused = true;
  }

  /** Never rejects: what came of it is in the fields. */
  #readSoon(): Promise<void> {
    if (this.#reading === undefined && performance.now() - this.#readAt < READ_AGAIN_MS) return Promise.resolve();
    return (this.#reading ??= this.#read().finally(() => {
      this.#readAt = performance.now();
      this.#reading = undefined;
    }));
  }

  async #read(): Promise<void> {
    try {
      const kubeconfig = kubeconfigIn(await this.#own.get(this.#secret));
      if (kubeconfig === undefined) throw this.#refusal("there is no such login yet");
      this.#wasRefused = false;
      if (kubeconfig === this.#login?.kubeconfig) return;
      const cluster = await connectKubeconfig(kubeconfig);
      this.#replace({ kubeconfig, cluster, replaced: new AbortController() });
    } catch (error) {
      this.#problem = this.#problemOf(error as Error);
    }
  }

  #replace(login: Login | undefined): void {
    const old = this.#login;
    this.#login = this.#closed ? undefined : login;
    if (this.#login !== login) login?.cluster.close();
    old?.replaced.abort();
    old?.cluster.close();
  }

  #problemOf(error: Error): Error {
    // What the Secret holds is no login; anything else says what was being done.
    return error instanceof ClusterError && error.code === "invalid" ? this.#refusal(error.message) : error;
  }

  #refusal(why: string): ClusterError {
    return new ClusterError("refused", `${describeReference(this.#secret)}: ${why}`);
  }
}

/** With a line's end, so that it is never taken for the path of a file. */
function kubeconfigIn(secret: KubernetesObject | undefined): string | undefined {
  const text = (secret?.["data"] as Readonly<Record<string, string>> | undefined)?.[PEER_KUBECONFIG];
  return text === undefined ? undefined : `${Buffer.from(text, "base64").toString("utf8")}\n`;
}
