import { ApiError } from "../store/index.ts";
import type { KubeObject, ObjectKey, PatchType, ResourceType, WriteResult } from "../store/index.ts";
import { forbidden } from "./access/index.ts";
import type { Answer } from "./answer.ts";
import { badRequest, methodNotAllowed, pageNotFound } from "./answer.ts";
import { decodeObject, mediaType, parseJson, parseYaml } from "./body.ts";
import type { Call, Cluster, ComputedResource } from "./context.ts";
import { booleanOption, deleteOptions, invalidOption, listOptions, writeOptions } from "./options.ts";
import { bindPod, createToken, evictPod, podLog } from "./subresources.ts";
import type { ResourceTarget } from "./target.ts";
import { showList, showObject, showValue } from "./views.ts";
import { watchAnswer } from "./watch.ts";

/** Everything under `/api/v1` and `/apis/GROUP/VERSION`: who may, what is asked, and the store's answer to it. */
export async function answerResource(
  cluster: Cluster,
  computed: ReadonlyMap<string, ComputedResource>,
  call: Call,
  target: ResourceTarget,
): Promise<Answer> {
  authorize(cluster, call, target);
  const special = computed.get(`${target.group}/${target.version}/${target.resource}`);
  if (special !== undefined) return answerComputed(special, call, target);

  const type = cluster.store.findType(target.group, target.version, target.resource);
  if (type === undefined || !isPlaceOf(type, target)) return pageNotFound();
  if (target.name === undefined) return answerCollection(cluster, call, type, namespaceOf(type, target));
  const key: ObjectKey = { type, name: target.name, ...withNamespace(namespaceOf(type, target)) };
  if (target.subresource === undefined) return answerObject(cluster, call, key);
  const subresource = type.subresources.find((each) => each === target.subresource);
  return subresource === undefined ? pageNotFound() : answerSubresource(cluster, call, key, subresource);
}

const VERBS: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch" };

function authorize(cluster: Cluster, call: Call, target: ResourceTarget): void {
  const { group, resource, namespace, name, subresource } = target;
  const selected = /^metadata\.name=([^,!=]+)$/.exec(call.query.get("fieldSelector") ?? "")?.[1];
  const named = name ?? (call.method === "GET" ? selected : undefined);
  const attempt = {
    kind: "resource",
    verb: verbOf(call, name !== undefined),
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    ...withNamespace(namespace),
    ...(named === undefined ? {} : { name: named }),
  } as const;
  if (!cluster.authorizer.allows(call.user, attempt)) throw forbidden(call.user, attempt);
}

function verbOf(call: Call, isNamed: boolean): string {
  if (call.method === "GET") return isNamed ? "get" : booleanOption(call.query, "watch") === true ? "watch" : "list";
  if (call.method === "DELETE") return isNamed ? "delete" : "deletecollection";
  return VERBS[call.method] ?? call.method.toLowerCase();
}

/** What lives in no namespace is not found in one; what lives in one has its objects only there. */
function isPlaceOf(type: ResourceType, target: ResourceTarget): boolean {
  if (!type.namespaced) return target.namespace === undefined || type.resource === "namespaces";
  return target.name === undefined || target.namespace !== undefined;
}

function namespaceOf(type: ResourceType, target: ResourceTarget): string | undefined {
  return type.namespaced ? target.namespace : undefined;
}

function withNamespace(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

async function answerCollection(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string | undefined,
): Promise<Answer> {
  const { store } = cluster;
  requireVerb(type, verbOf(call, false));
  switch (call.method) {
    case "GET": {
      if (booleanOption(call.query, "watch") === true) return watchAnswer(cluster, call, type, namespace);
      const options = { ...listOptions(call.query), ...withNamespace(namespace) };
      checkVersion(cluster, call);
      return showList(cluster, call, type, store.list(type, options));
    }
    case "POST": {
      if (type.namespaced && namespace === undefined) throw methodNotAllowed();
      const body = await decodeObject(await call.body(), call.headers["content-type"], type.kind);
      const options = writeOptions(call.query, call.headers["user-agent"], "CreateOptions");
      return showWrite(cluster, call, type, store.create(type, namespace, body, options));
    }
    case "DELETE": {
      const options = deleteOptions(call.query, await optionalBody(call));
      const list = store.list(type, { ...listOptions(call.query), ...withNamespace(namespace) });
      for (const { metadata } of list.items) {
        ignoreNotFound(() =>
          store.delete({ type, name: metadata.name, ...withNamespace(metadata.namespace) }, options),
        );
      }
      return showList(cluster, call, type, list);
    }
    default:
      throw methodNotAllowed();
  }
}

async function answerObject(cluster: Cluster, call: Call, key: ObjectKey): Promise<Answer> {
  const { store } = cluster;
  requireVerb(key.type, verbOf(call, true));
  switch (call.method) {
    case "GET":
      checkVersion(cluster, call);
      return showObject(cluster, call, key.type, store.get(key), 200);
    case "PUT":
    case "PATCH":
      return showWrite(cluster, call, key.type, await write(cluster, call, key));
    case "DELETE":
      return deleteObject(cluster, call, key);
    default:
      throw methodNotAllowed();
  }
}

async function answerSubresource(
  cluster: Cluster,
  call: Call,
  key: ObjectKey,
  subresource: ResourceType["subresources"][number],
): Promise<Answer> {
  const { store } = cluster;
  switch (subresource) {
    case "status":
    case "scale":
    case "finalize": {
      if (call.method === "PUT" || call.method === "PATCH") {
        return showWrite(cluster, call, key.type, await write(cluster, call, key, subresource));
      }
      if (call.method !== "GET" || subresource === "finalize") throw methodNotAllowed();
      return showObject(cluster, call, key.type, subresource === "scale" ? store.getScale(key) : store.get(key), 200);
    }
    case "log":
      if (call.method !== "GET") throw methodNotAllowed();
      return podLog(cluster, call, store.get(key));
    case "eviction":
    case "binding":
    case "token": {
      if (call.method !== "POST") throw methodNotAllowed();
      const kind = { eviction: "Eviction", binding: "Binding", token: "TokenRequest" }[subresource];
      const body = await decodeObject(await call.body(), call.headers["content-type"], kind);
      const create = { eviction: evictPod, binding: bindPod, token: createToken }[subresource];
      return showValue(call, 201, create(cluster, key, body));
    }
  }
}

async function write(
  cluster: Cluster,
  call: Call,
  key: ObjectKey,
  subresource?: "status" | "scale" | "finalize",
): Promise<WriteResult> {
  const { store } = cluster;
  const target = subresource === undefined ? {} : { subresource };
  if (call.method === "PUT") {
    const body = await decodeObject(
      await call.body(),
      call.headers["content-type"],
      subresource === "scale" ? "Scale" : key.type.kind,
    );
    return store.update(key, body, {
      ...writeOptions(call.query, call.headers["user-agent"], "UpdateOptions"),
      ...target,
    });
  }
  const type = patchTypeOf(call.headers["content-type"]);
  const options = writeOptions(call.query, call.headers["user-agent"], "PatchOptions");
  const body = await call.body();
  if (type !== "apply") {
    if (call.query.has("force")) {
      const message = "Forbidden: may not be specified for non-apply patch";
      throw invalidOption("PatchOptions", "force", "FieldValueForbidden", message);
    }
    const patch = parseJson(body, (problem) => badRequest(`error decoding patch: ${problem}`));
    return store.patch(key, type, patch, { ...options, ...target });
  }
  // Applying is about who owns what, so the manager has to be named: the program's name is not good enough.
  if ((call.query.get("fieldManager") ?? "") === "") {
    const message = "Required value: is required for apply patch";
    throw invalidOption("PatchOptions", "fieldManager", "FieldValueRequired", message);
  }
  const force = booleanOption(call.query, "force") === true;
  return store.patch(key, type, await parseYaml(body), { ...options, ...target, ...(force ? { force } : {}) });
}

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

function patchTypeOf(contentType: string | undefined): PatchType {
  const type = PATCH_TYPES[mediaType(contentType)];
  if (type === undefined) throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  return type;
}

async function showWrite(cluster: Cluster, call: Call, type: ResourceType, result: WriteResult): Promise<Answer> {
  const answer = await showObject(cluster, call, type, result.object, result.created ? 201 : 200);
  if (result.warnings.length === 0 || answer.kind !== "text") return answer;
  return { ...answer, headers: { Warning: result.warnings.map((text) => `299 - ${quoted(text)}`) } };
}

/** As a header may hold it: ASCII only, whatever the client called its field. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Resources whose last state is answered when they are deleted; for all others a Status says so. */
const ANSWERED_WHEN_DELETED = new Set(
  [
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "podtemplates",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ].map((resource) => `/${resource}`),
).add("storage.k8s.io/storageclasses");

async function deleteObject(cluster: Cluster, call: Call, key: ObjectKey): Promise<Answer> {
  const options = deleteOptions(call.query, await optionalBody(call));
  const { type, name } = key;
  const before = cluster.store.get(key);
  const held = cluster.store.delete(key, options);
  if (held !== undefined) return showObject(cluster, call, type, held, 200);
  if (ANSWERED_WHEN_DELETED.has(`${type.group}/${type.resource}`)) return showObject(cluster, call, type, before, 200);
  const details = {
    name,
    ...(type.group === "" ? {} : { group: type.group }),
    kind: type.resource,
    uid: before.metadata.uid,
  };
  return showValue(call, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

async function answerComputed(resource: ComputedResource, call: Call, target: ResourceTarget): Promise<Answer> {
  if (target.subresource !== undefined) return pageNotFound();
  if (call.method === "POST" && resource.create !== undefined && target.name === undefined) {
    const body = await decodeObject(await call.body(), call.headers["content-type"], resource.type.kind);
    if (typeof body !== "object" || body === null)
      throw badRequest(`the body of a ${resource.type.kind} must be an object`);
    return showValue(call, 201, resource.create(call, target, body));
  }
  if (call.method !== "GET") throw methodNotAllowed();
  if (target.name !== undefined && resource.get !== undefined) return showValue(call, 200, resource.get(target));
  if (target.name === undefined && resource.list !== undefined)
    return showValue(call, 200, resource.list(target, call.query));
  throw methodNotAllowed();
}

function requireVerb(type: ResourceType, verb: string): void {
  if (!type.verbs.includes(verb)) throw methodNotAllowed();
}

async function optionalBody(call: Call): Promise<unknown> {
  const body = await call.body();
  return body.length === 0 ? undefined : decodeObject(body, call.headers["content-type"], "DeleteOptions");
}

/** Old states are not kept for lists: an exact old version has expired, one from the future is not there yet. */
function checkVersion(cluster: Cluster, call: Call): void {
  const wanted = call.query.get("resourceVersion") ?? "";
  const match = call.query.get("resourceVersionMatch") ?? "";
  if (match !== "" && wanted === "") {
    const message = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided";
    throw invalidOption("ListOptions", "resourceVersionMatch", "FieldValueForbidden", message);
  }
  if (wanted === "" || wanted === "0") return;
  if (!/^\d+$/.test(wanted))
    throw badRequest(
      `Invalid value: ${JSON.stringify(wanted)}: strconv.ParseUint: parsing ${JSON.stringify(wanted)}: invalid syntax`,
    );
  const current = cluster.store.resourceVersion();
  if (Number(wanted) > Number(current)) {
    throw new ApiError(504, "Timeout", `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
  }
  if (match === "Exact" && wanted !== current) {
    throw new ApiError(410, "Expired", `The resourceVersion for the provided list is too old.`);
  }
}

function ignoreNotFound(action: () => KubeObject | undefined): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
