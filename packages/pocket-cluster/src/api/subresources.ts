import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { selects } from "../objects/index.ts";
import type { LabelSelector, Pod } from "../objects/index.ts";
import { ApiError } from "../store/index.ts";
import type { KubeObject, ObjectKey } from "../store/index.ts";
import type { Answer } from "./answer.ts";
import { badRequest } from "./answer.ts";
import type { Call, Cluster } from "./context.ts";
import type { PodLogOptions } from "./contract.ts";
import { booleanOption, deleteOptions, integerOption } from "./options.ts";

/** What is done to an object through a path of its own: logs, eviction, binding, tokens. */

export function podLog(cluster: Cluster, call: Call, object: KubeObject): Answer {
  const { podLogs } = cluster.extensions;
  if (podLogs === undefined) throw new ApiError(503, "ServiceUnavailable", "no node is running in this cluster");
  const pod = object as Pod;
  const container = containerOf(pod, call.query.get("container"));
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === "") {
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  }
  const gone = new AbortController();
  const options: PodLogOptions = {
    container,
    follow: booleanOption(call.query, "follow") === true,
    previous: booleanOption(call.query, "previous") === true,
    timestamps: booleanOption(call.query, "timestamps") === true,
    ...limits(call.query),
    signal: AbortSignal.any([gone.signal, cluster.closing]),
  };
  const chunks = podLogs(pod.metadata.namespace ?? "", pod.metadata.name, options);
  return { kind: "stream", run: (response) => streamLog(chunks, response, gone) };
}

function limits(query: URLSearchParams): Pick<PodLogOptions, "tailLines" | "sinceSeconds" | "limitBytes"> {
  const tailLines = integerOption(query, "tailLines");
  const sinceSeconds = integerOption(query, "sinceSeconds");
  const limitBytes = integerOption(query, "limitBytes");
  return {
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

/** The container that was named, or the only one, or the one that the pod's annotation names. */
function containerOf(pod: Pod, named: string | null): string {
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  if (named !== null && named !== "") {
    if (!names.includes(named)) throw badRequest(`container ${named} is not valid for pod ${pod.metadata.name}`);
    return named;
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  const chosen = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  const choices = pod.spec.containers.map((container) => container.name).join(" ");
  const initial = (pod.spec.initContainers ?? []).map((container) => container.name).join(" ");
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${choices}]${initial === "" ? "" : ` or one of the init containers: [${initial}]`}`,
  );
}

/** Waits for a slow reader instead of keeping what it has not read. The first chunk comes before the headers: it may be an error. */
async function streamLog(
  chunks: AsyncIterable<Buffer>,
  response: ServerResponse,
  gone: AbortController,
): Promise<void> {
  response.once("close", () => gone.abort());
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { "Content-Type": "text/plain", "Cache-Control": "no-cache, private" });
    response.flushHeaders();
  };
  const iterator = chunks[Symbol.asyncIterator]();
  const first = iterator.next();
  // A followed log may stay silent for long; its reader has to know that it is being served.
  const silence = setTimeout(begin, 200);
  try {
    for (let next = await first; next.done !== true; next = await iterator.next()) {
      begin();
      if (response.destroyed) break;
      if (!response.write(next.value)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    begin();
    response.end();
  } catch (error) {
    // Once the log has begun, there is no status left to say that it failed: the connection breaks.
    if (!response.headersSent) throw error;
    response.destroy();
  } finally {
    clearTimeout(silence);
    await iterator.return?.();
  }
}

interface DisruptionBudget extends KubeObject {
  readonly spec: { readonly selector?: LabelSelector };
  readonly status?: { readonly disruptionsAllowed?: number; readonly observedGeneration?: number };
}

/** Deletes a pod unless a PodDisruptionBudget stands against it, and then takes one disruption off the budget. */
export function evictPod(cluster: Cluster, key: ObjectKey, body: unknown): object {
  const { store } = cluster;
  const pod = store.get(key) as Pod;
  const options = deleteOptions(
    new URLSearchParams(),
    (body as { readonly deleteOptions?: unknown } | null)?.deleteOptions,
  );
  const type = store.findType("policy", "v1", "poddisruptionbudgets");
  const isHealthy = pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
  if (type !== undefined && isHealthy && pod.metadata.deletionTimestamp === undefined) {
    const budgets = (store.list(type, { namespace: key.namespace ?? "" }).items as readonly DisruptionBudget[]).filter(
      (budget) => selects(budget.spec.selector, pod.metadata.labels),
    );
    if (budgets.length > 1) {
      throw new ApiError(
        500,
        "InternalError",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      );
    }
    const [budget] = budgets;
    if (budget !== undefined) spend(cluster, budget, options.dryRun === true);
  }
  store.delete(key, options);
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
}

function spend({ store }: Cluster, budget: DisruptionBudget, isDryRun: boolean): void {
  const { name, namespace = "" } = budget.metadata;
  const allowed = budget.status?.disruptionsAllowed ?? 0;
  if (allowed <= 0) {
    const message = "Cannot evict pod as it would violate the pod's disruption budget.";
    throw new ApiError(429, "TooManyRequests", message, {
      causes: [
        { reason: "DisruptionBudget", message: `The disruption budget ${name} does not allow evicting pods currently` },
      ],
    });
  }
  const type = store.findKind(budget.apiVersion, budget.kind);
  if (isDryRun || type === undefined) return;
  const status = { ...budget.status, disruptionsAllowed: allowed - 1 };
  store.update(
    { type, namespace, name },
    { ...budget, status },
    { subresource: "status", fieldManager: "kube-apiserver" },
  );
}

/** Puts a pod on a node, once. */
export function bindPod(cluster: Cluster, key: ObjectKey, body: unknown): object {
  const { store } = cluster;
  const pod = store.get(key) as Pod;
  const node = (body as { readonly target?: { readonly name?: unknown } } | null)?.target?.name;
  if (typeof node !== "string" || node === "") throw badRequest("target.name: Required value");
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "") {
    throw new ApiError(
      409,
      "Conflict",
      `Operation cannot be fulfilled on pods/binding "${key.name}": pod ${key.name} is already assigned to node "${pod.spec.nodeName}"`,
      { name: key.name, kind: "pods/binding" },
    );
  }
  store.update(key, { ...pod, spec: { ...pod.spec, nodeName: node } }, { fieldManager: "kube-scheduler" });
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
}

const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

/** `authentication.k8s.io/v1` TokenRequest: a token for a service account, bound to a pod if the request says so. */
export function createToken(cluster: Cluster, key: ObjectKey, body: unknown): object {
  const spec = (body as { readonly spec?: TokenRequestSpec } | null)?.spec ?? {};
  const expirationSeconds = spec.expirationSeconds ?? 3600;
  if (expirationSeconds < TOKEN_SECONDS_MIN || expirationSeconds > TOKEN_SECONDS_MAX) {
    const detail =
      expirationSeconds < TOKEN_SECONDS_MIN
        ? "may not specify a duration less than 10 minutes"
        : "may not specify a duration larger than 2^32 seconds";
    const message = `Invalid value: ${expirationSeconds}: ${detail}`;
    throw new ApiError(
      422,
      "Invalid",
      `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: ${message}`,
      {
        group: "authentication.k8s.io",
        kind: "TokenRequest",
        causes: [{ reason: "FieldValueInvalid", message, field: "spec.expirationSeconds" }],
      },
    );
  }
  const bound = spec.boundObjectRef;
  const audiences = spec.audiences ?? [];
  const { token, expiresAt } = cluster.tokens.issue({
    namespace: key.namespace ?? "",
    serviceAccount: key.name,
    expirationSeconds,
    ...(audiences.length === 0 ? {} : { audiences }),
    ...(bound?.kind === "Pod" && bound.name !== undefined
      ? { pod: boundPod(cluster, key, bound.name, bound.uid) }
      : {}),
  });
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name: key.name, namespace: key.namespace },
    spec: { ...spec, audiences, expirationSeconds },
    status: { token, expirationTimestamp: `${new Date(expiresAt).toISOString().slice(0, 19)}Z` },
  };
}

interface TokenRequestSpec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

function boundPod(
  { store }: Cluster,
  { namespace = "" }: ObjectKey,
  name: string,
  uid = "",
): { readonly name: string; readonly uid: string } {
  const type = store.findType("", "v1", "pods");
  if (type === undefined) throw new Error("the store serves no pods");
  const pod = store.get({ type, namespace, name });
  if (uid !== "" && uid !== pod.metadata.uid) {
    throw new ApiError(
      409,
      "Conflict",
      `Operation cannot be fulfilled on pods "${name}": the UID in the bound object reference (${uid}) does not match the UID in record (${pod.metadata.uid}). The object might have been deleted and then recreated`,
      { name, kind: "pods" },
    );
  }
  return { name, uid: pod.metadata.uid };
}
