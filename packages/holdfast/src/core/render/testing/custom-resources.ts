import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { parse } from "yaml";

/** A validator for `apiVersion kind`. Compiling one of a large definition takes seconds, so each is made once, when it is asked for. */
export interface Validators {
  get(kind: string): ValidateFunction | undefined;
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

const made = new Map<string, ValidateFunction>();

/** Of the CustomResourceDefinitions, with closed objects: a server prunes what it does not know. */
export function customResourceValidators(reference: string): Validators {
  return {
    get: (id) => {
      const known = made.get(id);
      if (known !== undefined) return known;
      const [, group = "", version = "", kind = ""] = /^([^/]+)\/(\S+) (\w+)$/.exec(id) ?? [];
      // They are named after the plural, which is regular for all that are there.
      const file = join(reference, "shared/reference/crds", `${group}_${kind.toLowerCase()}s.yaml`);
      if (!existsSync(file)) return undefined;
      const { spec } = parse(readFileSync(file, "utf8")) as Definition;
      const schema = spec.versions.find(({ name, served }) => served && name === version)?.schema.openAPIV3Schema;
      if (schema === undefined || spec.names.kind !== kind) return undefined;
      const closed = close(schema) as { readonly properties: object };
      // Left to the API server.
      const properties = { ...closed.properties, metadata: { type: "object" } };
      const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({
        ...closed,
        properties,
      });
      made.set(id, validate);
      return validate;
    },
  };
}

/** Unknown fields are refused, as a server with strict field validation does. */
export function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = new Map(Object.entries(schema).map(([key, member]): [string, unknown] => [key, close(member)]));
  if (members.get("x-kubernetes-int-or-string") === true) return { type: ["integer", "string"] };
  const isOpen = members.get("x-kubernetes-preserve-unknown-fields") === true || members.has("additionalProperties");
  const isObject = members.get("type") === "object" && typeof members.get("properties") === "object";
  if (isObject && !isOpen) members.set("additionalProperties", false);
  return Object.fromEntries(members);
}
