import type { KubeObject, ListResult, ResourceType } from "../store/index.ts";
import type { Answer } from "./answer.ts";
import { badRequest, JSON_TYPE } from "./answer.ts";
import type { Call, Cluster } from "./context.ts";
import { encodeItem, encodeObject } from "./encoding.ts";
import { columnsOf, partialMetadata, renderTable } from "./tables/index.ts";
import type { TableOptions } from "./tables/index.ts";

/** Objects and lists in the view that the client accepts: whole, metadata only, or as a table. */

export async function showObject(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  object: KubeObject,
  status: number,
): Promise<Answer> {
  switch (call.accepted.view) {
    case "partial":
      return show(call, status, JSON.stringify(partialMetadata(object)));
    case "table":
      return show(
        call,
        status,
        tableOf(cluster, call, type, [object], { resourceVersion: object.metadata.resourceVersion }),
      );
    default:
      return show(call, status, encodeObject(object));
  }
}

export async function showList(cluster: Cluster, call: Call, type: ResourceType, list: ListResult): Promise<Answer> {
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continue === undefined ? {} : { continue: list.continue }),
    ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
  };
  switch (call.accepted.view) {
    case "partial":
      return show(
        call,
        200,
        listJson(
          "PartialObjectMetadataList",
          "meta.k8s.io/v1",
          metadata,
          list.items.map((object) => JSON.stringify(partialMetadata(object))),
        ),
      );
    case "table":
      return show(call, 200, tableOf(cluster, call, type, list.items, metadata));
    default: {
      const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
      const encode = isCustom(cluster, type) ? encodeObject : encodeItem;
      return show(call, 200, listJson(`${type.kind}List`, apiVersion, metadata, list.items.map(encode)));
    }
  }
}

/** Anything else that a handler computed. */
export async function showValue(call: Call, status: number, value: object): Promise<Answer> {
  return show(call, status, JSON.stringify(value));
}

export function includeObjectOf(query: URLSearchParams): TableOptions["includeObject"] {
  const given = query.get("includeObject") ?? "Metadata";
  if (given === "None" || given === "Metadata" || given === "Object") return given;
  throw badRequest(`includeObject: Unsupported value: ${JSON.stringify(given)}`);
}

function tableOf(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  objects: readonly KubeObject[],
  metadata: object,
): string {
  const columns = columnsOf(type, cluster.store);
  return JSON.stringify(
    renderTable(objects, metadata, { columns, now: cluster.now(), includeObject: includeObjectOf(call.query) }),
  );
}

function listJson(kind: string, apiVersion: string, metadata: object, items: readonly string[]): string {
  return `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[${items.join(",")}]}`;
}

async function show(call: Call, status: number, json: string): Promise<Answer> {
  if (call.accepted.format === "json") return { kind: "text", status, contentType: JSON_TYPE, body: `${json}\n` };
  const { stringify } = await import("yaml");
  return { kind: "text", status, contentType: "application/yaml", body: stringify(JSON.parse(json)) };
}

const customTypes = new WeakMap<ResourceType, boolean>();

/** A list of custom objects repeats kind and version on each item; one of built-in objects does not. */
function isCustom({ store }: Cluster, type: ResourceType): boolean {
  let custom = customTypes.get(type);
  if (custom === undefined) {
    const definitions = store.findType("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    const fieldSelector = `metadata.name=${type.resource}.${type.group}`;
    custom = definitions !== undefined && store.list(definitions, { fieldSelector }).items.length > 0;
    customTypes.set(type, custom);
  }
  return custom;
}
