import type { KubeObject, ResourceType } from "../contract.ts";
import type { JsonObject } from "../json.ts";
import { coreEventOf, eventsV1Of } from "../kinds/event-versions.ts";
import { definitionRules, DEFINITIONS } from "../custom-resources/definitions.ts";
import { rulesFor } from "../kinds/index.ts";
import { decodeBody } from "./decode.ts";
import type { ServedType } from "./served-type.ts";
import { structShape } from "./shape.ts";
import type { ResourceRow } from "./table.ts";
import { resourceTable } from "./tables.generated.ts";

const SUBRESOURCES = ["status", "scale", "log", "eviction", "finalize", "binding", "token"] as const;

function builtIn(): ServedType[] {
  return resourceTable.map((row) => {
    const shape = structShape(row.struct);
    // Events of either group are the same objects.
    const eventsV1 = row.group === "events.k8s.io";
    const collection = eventsV1 ? "/events" : `${row.group}/${row.resource}`;
    return {
      type: typeOf(row),
      shape: eventsV1 ? structShape("core.v1.Event") : shape,
      collection,
      custom: false,
      decode: (body: JsonObject) => {
        const decoded = decodeBody(shape, body, row.kind, row.version);
        return eventsV1 ? { ...decoded, object: coreEventOf(decoded.object) } : decoded;
      },
      view: eventsV1 ? eventsV1Of : (object: KubeObject) => object,
      rules: collection === DEFINITIONS ? definitionRules : rulesFor(collection),
      storedApiVersion: eventsV1 ? "v1" : apiVersionOf(row),
    };
  });
}

function typeOf(row: ResourceRow): ResourceType {
  return {
    group: row.group,
    version: row.version,
    resource: row.resource,
    singular: row.singular,
    kind: row.kind,
    namespaced: row.namespaced,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    subresources: SUBRESOURCES.filter((name) => row.subresources?.includes(name) === true),
    verbs: row.verbs,
  };
}

/** The types that are served now: those of the table, and those that CustomResourceDefinitions add. */
export class Registry {
  readonly #byResource = new Map<string, ServedType>();
  readonly #byKind = new Map<string, ServedType>();

  constructor() {
    for (const served of builtIn()) this.add(served);
  }

  add(served: ServedType): void {
    const { group, version, resource, kind } = served.type;
    this.#byResource.set(`${group}/${version}/${resource}`, served);
    this.#byKind.set(`${apiVersionOf(served.type)}/${kind}`, served);
  }

  /** Stops serving every version of a custom resource. */
  removeCustom(group: string, resource: string): void {
    for (const [key, served] of this.#byResource) {
      if (!served.custom || served.type.group !== group || served.type.resource !== resource) continue;
      this.#byResource.delete(key);
      this.#byKind.delete(`${apiVersionOf(served.type)}/${served.type.kind}`);
    }
  }

  types(): readonly ResourceType[] {
    return [...this.#byResource.values()].map((served) => served.type);
  }
  findType(group: string, version: string, resource: string): ServedType | undefined {
    return this.#byResource.get(`${group}/${version}/${resource}`);
  }
  findKind(apiVersion: string, kind: string): ServedType | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }
}

/** "apps/v1"; "v1" for the core group. */
export function apiVersionOf(type: Pick<ResourceType, "group" | "version">): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}
