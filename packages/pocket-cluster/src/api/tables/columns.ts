import type { KubeObject } from "../../store/contract.ts";
import { ageOf, at, items, selectorText, text } from "./reading.ts";

/** One column of a `meta.k8s.io/v1` Table and how its cell is read from an object. */
export interface Column {
  readonly definition: {
    readonly name: string;
    readonly type: "string" | "integer" | "number" | "boolean" | "date";
    readonly format: string;
    readonly description: string;
    readonly priority: number;
  };
  readonly cell: (object: KubeObject, now: number) => unknown;
}

type Cell = Column["cell"];
type CellType = Column["definition"]["type"];

export function column(name: string, description: string, cell: Cell, type: CellType = "string"): Column {
  return { definition: { name, type, format: "", description, priority: 0 }, cell };
}

export function integer(name: string, description: string, cell: Cell): Column {
  return column(name, description, cell, "integer");
}

/** Shown only with `-o wide`. */
export function wide(of: Column): Column {
  return { ...of, definition: { ...of.definition, priority: 1 } };
}

export const nameColumn: Column = {
  definition: {
    name: "Name",
    type: "string",
    format: "name",
    description:
      "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
    priority: 0,
  },
  cell: (object) => object.metadata.name,
};

const CREATION_TIMESTAMP =
  "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

export const ageColumn: Column = column("Age", CREATION_TIMESTAMP, ageOf);

/** For kinds without columns of their own. */
export const createdAtColumn: Column = column(
  "Created At",
  CREATION_TIMESTAMP,
  (object) => object.metadata.creationTimestamp,
  "date",
);

/** Containers and images of a pod template, and the selector. */
export function templateColumns(selectorDescription: string | undefined): readonly Column[] {
  const containers = (object: KubeObject): readonly unknown[] =>
    items(at(object, "spec.jobTemplate") ?? object, "spec.template.spec.containers");
  return [
    wide(
      column("Containers", "Names of each container in the template.", (object) =>
        containers(object)
          .map((container) => text(container, "name"))
          .join(","),
      ),
    ),
    wide(
      column("Images", "Images referenced by each container in the template.", (object) =>
        containers(object)
          .map((container) => text(container, "image"))
          .join(","),
      ),
    ),
    ...(selectorDescription === undefined
      ? []
      : [wide(column("Selector", selectorDescription, (object) => selectorText(at(object, "spec.selector"))))]),
  ];
}
