import type { KubeObject, ObjectStore, ResourceType } from "../../store/contract.ts";
import { clusterTables } from "./cluster.ts";
import { createdAtColumn, nameColumn } from "./columns.ts";
import type { Column } from "./columns.ts";
import { customColumns } from "./custom.ts";
import { networkTables } from "./network.ts";
import { podRowConditions, podTable } from "./pods.ts";
import { workloadTables } from "./workloads.ts";

const builtIn: Readonly<Record<string, readonly Column[]>> = {
  "/pods": podTable,
  ...workloadTables,
  ...networkTables,
  ...clusterTables,
};

const defaultColumns: readonly Column[] = [nameColumn, createdAtColumn];

/** The columns that a real server prints for a type; those of its definition for a custom resource. */
export function columnsOf(type: ResourceType, store: ObjectStore): readonly Column[] {
  const known = builtIn[`${type.group}/${type.resource}`];
  if (known !== undefined) return known;
  const definitions = store.findType("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  if (definitions === undefined || type.group === "") return defaultColumns;
  const definition = store
    .list(definitions, { fieldSelector: `metadata.name=${type.resource}.${type.group}` })
    .items.at(0);
  return definition === undefined ? defaultColumns : customColumns(definition, type.version);
}

export interface TableOptions {
  readonly columns: readonly Column[];
  readonly now: number;
  /** What each row carries of its object. */
  readonly includeObject: "None" | "Metadata" | "Object";
  /** A watch names its columns in the first event only. */
  readonly withDefinitions?: boolean;
}

/** A `meta.k8s.io/v1` Table of objects. `metadata` is the list's. */
export function renderTable(objects: readonly KubeObject[], metadata: object, options: TableOptions): object {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: options.withDefinitions === false ? [] : options.columns.map((column) => column.definition),
    rows: objects.map((object) => rowOf(object, options)),
  };
}

function rowOf(object: KubeObject, { columns, now, includeObject }: TableOptions): object {
  const conditions = object.kind === "Pod" ? podRowConditions(object) : undefined;
  return {
    cells: columns.map((column) => column.cell(object, now)),
    ...(conditions === undefined ? {} : { conditions }),
    ...(includeObject === "None" ? {} : { object: includeObject === "Object" ? object : partialMetadata(object) }),
  };
}

export function partialMetadata(object: KubeObject): object {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}
