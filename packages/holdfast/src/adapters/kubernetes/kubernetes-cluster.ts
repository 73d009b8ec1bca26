import { describeReference, referenceTo } from "../../core/render/kubernetes/index.ts";
import { ClusterError } from "../../ports/index.ts";
import type { Cluster, KubernetesObject, ListQuery, Manifest, ObjectReference } from "../../ports/index.ts";
import type { ApiClient } from "./api-client.ts";
import { Discovery, groupPath } from "./discovery.ts";
import { follow } from "./follow.ts";
import { listAll } from "./list.ts";

const FIELD_MANAGER = "holdfast";

/** A real API server behind the Cluster port. */
export class KubernetesCluster implements Cluster {
  readonly #client: ApiClient;
  readonly #discovery: Discovery;

  constructor(client: ApiClient) {
    this.#client = client;
    this.#discovery = new Discovery(client);
  }

  async apply(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    const reference = referenceTo(manifest);
    const path = `${await this.#objectPath(reference, signal)}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;
    const doing = `apply ${describeReference(reference)}`;
    return this.#send({
      method: "PATCH",
      path,
      body: manifest,
      contentType: "application/apply-patch+yaml",
      doing,
      signal,
    });
  }

  async get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    const path = await this.#objectPath(reference, signal);
    try {
      return await this.#send({ method: "GET", path, doing: `get ${describeReference(reference)}`, signal });
    } catch (error) {
      if (error instanceof ClusterError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  async list(query: ListQuery, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
    return (await listAll(this.#client, await this.#collectionPath(query, signal), query, signal)).objects;
  }

  async create(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    const reference = referenceTo(manifest);
    const path = `${await this.#collectionPath(reference, signal)}?fieldManager=${FIELD_MANAGER}`;
    return this.#send({
      method: "POST",
      path,
      body: manifest,
      doing: `create ${describeReference(reference)}`,
      signal,
    });
  }

  async replace(manifest: Manifest, signal?: AbortSignal): Promise<KubernetesObject> {
    const reference = referenceTo(manifest);
    const path = `${await this.#objectPath(reference, signal)}?fieldManager=${FIELD_MANAGER}`;
    return this.#send({
      method: "PUT",
      path,
      body: manifest,
      doing: `replace ${describeReference(reference)}`,
      signal,
    });
  }

  async delete(reference: ObjectReference, signal?: AbortSignal): Promise<void> {
    const path = await this.#objectPath(reference, signal);
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    try {
      await this.#client.send({
        method: "DELETE",
        path,
        body,
        doing: `delete ${describeReference(reference)}`,
        signal,
      });
    } catch (error) {
      if (!(error instanceof ClusterError && error.code === "not-found")) throw error;
    }
  }

  async follow(
    query: ListQuery,
    onChange: (objects: readonly KubernetesObject[]) => void,
    signal: AbortSignal,
    onTrouble: (error: ClusterError) => void = () => undefined,
  ): Promise<void> {
    await follow({
      client: this.#client,
      path: () => this.#collectionPath(query, signal),
      query,
      onChange,
      onTrouble,
      signal,
    });
  }

  /** Ends the kept connections; nothing can be asked afterwards. */
  close(): void {
    this.#client.close();
  }

  async #send(request: Parameters<ApiClient["send"]>[0]): Promise<KubernetesObject> {
    return (await this.#client.send(request)) as KubernetesObject;
  }

  async #collectionPath(
    { apiVersion, kind, namespace }: Pick<ListQuery, "apiVersion" | "kind" | "namespace">,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { plural, namespaced } = await this.#discovery.find(apiVersion, kind, signal);
    const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${groupPath(apiVersion)}${within}/${plural}`;
  }

  async #objectPath(reference: ObjectReference, signal: AbortSignal | undefined): Promise<string> {
    const { apiVersion, kind, namespace, name } = reference;
    const { namespaced } = await this.#discovery.find(apiVersion, kind, signal);
    if (namespaced && namespace === undefined) {
      throw new ClusterError("invalid", `${kind} ${name} needs a namespace`);
    }
    return `${await this.#collectionPath(reference, signal)}/${encodeURIComponent(name)}`;
  }
}
