import { ApiError } from "../contract.ts";
import type {
  KubeObject,
  ObjectStore,
  PatchType,
  ResourceType,
  WatchEvent,
  WriteOptions,
  WriteResult,
} from "../contract.ts";
import { statusOf } from "../errors.ts";
import { without } from "../json.ts";
import type { Exchange } from "./transcript.ts";

/** The least of an API server that replaying transcripts on a store needs: paths to calls, results to bodies. */
export interface Answer {
  readonly status: number;
  readonly warnings: readonly string[];
  readonly body: unknown;
}

const PATCHES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

interface Target {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query: URLSearchParams;
}

export function request(store: ObjectStore, exchange: Exchange["request"]): Answer {
  try {
    return perform(store, exchange);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.code, warnings: [], body: statusOf(error) };
  }
}

function parse(store: ObjectStore, path: string): Target {
  const url = new URL(path, "http://test");
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const [root, ...rest] = parts;
  const group = root === "apis" ? (rest.shift() ?? "") : "";
  const version = rest.shift() ?? "";
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const namespace = namespaced ? rest[1] : undefined;
  const [resource = "", name, subresource] = namespaced ? rest.slice(2) : rest;
  const type = store.findType(group, version, resource);
  if (type === undefined) throw new ApiError(404, "NotFound", `no type for ${path}`);
  return {
    type,
    query: url.searchParams,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function perform(store: ObjectStore, { method, path, headers, body }: Exchange["request"]): Answer {
  const target = parse(store, path);
  const { type, query, namespace, name } = target;
  const options = writeOptions(target);
  const key = { type, name: name ?? "", ...(namespace === undefined ? {} : { namespace }) };
  switch (method) {
    case "GET":
      if (query.get("watch") === "true") return ok(watched(store, target));
      if (name === undefined) return ok(listed(store, target));
      return ok(target.subresource === "scale" ? store.getScale(key) : store.get(key));
    case "POST":
      return written(store.create(type, namespace, body, options));
    case "PUT":
      return written(store.update(key, body, options));
    case "PATCH": {
      const patch = PATCHES[headers?.["content-type"] ?? ""];
      if (patch === undefined) throw new Error(`no patch type for ${String(headers?.["content-type"])}`);
      return written(store.patch(key, patch, body, { ...options, force: query.get("force") === "true" }));
    }
    case "DELETE": {
      if (name === undefined) return ok(deleteAll(store, target));
      const { uid } = store.get(key).metadata;
      const held = store.delete(key, body ?? {});
      return ok(held ?? gone(target, uid));
    }
    default:
      throw new Error(`no method ${method}`);
  }
}

function writeOptions({ query, subresource }: Target): WriteOptions {
  const fieldManager = query.get("fieldManager");
  const fieldValidation = query.get("fieldValidation");
  return {
    ...(query.get("dryRun") === "All" ? { dryRun: true } : {}),
    ...(fieldManager === null ? {} : { fieldManager }),
    ...(fieldValidation === null ? {} : { fieldValidation: fieldValidation as "Ignore" | "Warn" | "Strict" }),
    ...(subresource === undefined ? {} : { subresource: subresource as "status" | "scale" | "finalize" }),
  };
}

function ok(body: unknown): Answer {
  return { status: 200, warnings: [], body };
}

function written({ object, created, warnings }: WriteResult): Answer {
  return { status: created ? 201 : 200, warnings, body: object };
}

function gone({ type, name }: Target, uid: string): unknown {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...(type.group === "" ? {} : { group: type.group }), kind: type.resource, uid },
  };
}

function selectors({ query, namespace }: Target) {
  const value = (name: string) => query.get(name) ?? undefined;
  const labelSelector = value("labelSelector");
  const fieldSelector = value("fieldSelector");
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function listed(store: ObjectStore, target: Target): unknown {
  const limit = target.query.get("limit");
  const token = target.query.get("continue");
  const { items, resourceVersion, ...more } = store.list(target.type, {
    ...selectors(target),
    ...(limit === null ? {} : { limit: Number(limit) }),
    ...(token === null ? {} : { continue: token }),
  });
  return listOf(target.type, items, { resourceVersion, ...more });
}

function listOf(type: ResourceType, items: readonly KubeObject[], metadata: unknown): unknown {
  const { group, version, kind } = type;
  return {
    kind: `${kind}List`,
    apiVersion: group === "" ? version : `${group}/${version}`,
    metadata,
    items: items.map((item) => without(item, "kind", "apiVersion")),
  };
}

function deleteAll(store: ObjectStore, target: Target): unknown {
  const { items, resourceVersion } = store.list(target.type, selectors(target));
  for (const { metadata } of items) {
    const { name, namespace } = metadata;
    store.delete({ type: target.type, name, ...(namespace === undefined ? {} : { namespace }) });
  }
  return listOf(target.type, items, { resourceVersion });
}

function watched(store: ObjectStore, target: Target): readonly WatchEvent[] {
  const events: WatchEvent[] = [];
  const resourceVersion = target.query.get("resourceVersion");
  const stop = store.watch(
    target.type,
    { ...selectors(target), ...(resourceVersion === null ? {} : { resourceVersion }) },
    (event) => events.push(event),
  );
  stop();
  return events;
}
