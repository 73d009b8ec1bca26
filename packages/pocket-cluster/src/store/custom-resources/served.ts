import type { KubeObject } from "../contract.ts";
import { DecodeError, decode } from "../types/decode.ts";
import { badRequest } from "../errors.ts";
import type { FieldProblem } from "../errors.ts";
import { at, equal, freeze, isObject, without } from "../json.ts";
import type { Draft, Json, JsonObject } from "../json.ts";
import { child, children, text } from "../kinds/drafts.ts";
import { contentGeneration } from "../kinds/generation.ts";
import type { KindRules } from "../kinds/rules.ts";
import type { ScalePaths } from "../types/served-type.ts";
import { structShape } from "../types/shape.ts";
import type { ServedType } from "../types/served-type.ts";
import { definedType } from "./definitions.ts";
import { pruneAndDefault } from "./prune.ts";
import { ruleProblems } from "./rules.ts";
import { asSchema, shapeOfRoot } from "./schema.ts";
import type { Schema } from "./schema.ts";
import { schemaProblems } from "./validate.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;

/** The types that a definition makes, one for each served version. All keep their objects in the storage version. */
export function servedTypes(definition: KubeObject): readonly ServedType[] {
  const spec = definition["spec"] as Draft;
  const names = child(spec, "names") ?? {};
  const { group, resource } = definedType(definition);
  const versions = children(spec, "versions");
  const stored = versions.find((version) => version["storage"] === true);
  const storedApiVersion = `${group}/${text(stored, "name")}`;
  return versions
    .filter((version) => version["served"] === true)
    .map((version): ServedType => {
      const name = text(version, "name");
      const schema = asSchema(at(version, "schema", "openAPIV3Schema"));
      const scale = scalePaths(version);
      const status = child(child(version, "subresources") ?? {}, "status") !== undefined;
      return {
        type: {
          group,
          version: name,
          resource,
          singular: text(names, "singular"),
          kind: text(names, "kind"),
          namespaced: text(spec, "scope") === "Namespaced",
          shortNames: (names["shortNames"] ?? []) as readonly string[],
          categories: (names["categories"] ?? []) as readonly string[],
          subresources: [
            ...(status ? (["status"] as const) : []),
            ...(scale === undefined ? [] : (["scale"] as const)),
          ],
          verbs: VERBS,
        },
        shape: shapeOfRoot(schema),
        collection: `${group}/${resource}`,
        custom: true,
        decode: (body) => decodeCustom(schema, body, text(names, "kind"), name),
        view: viewAs(`${group}/${name}`, storedApiVersion),
        rules: customRules(schema, status),
        storedApiVersion,
        ...(scale === undefined ? {} : { scale }),
      };
    });
}

function viewAs(apiVersion: string, stored: string): (object: KubeObject) => KubeObject {
  if (apiVersion === stored) return (object) => object;
  return (object) => freeze({ ...object, apiVersion });
}

function scalePaths(version: Draft): ScalePaths | undefined {
  const scale = child(child(version, "subresources") ?? {}, "scale");
  if (scale === undefined) return undefined;
  const path = (name: string) => text(scale, name).split(".").slice(1);
  return {
    specReplicas: path("specReplicasPath"),
    statusReplicas: path("statusReplicasPath"),
    selector: scale["labelSelectorPath"] === undefined ? undefined : path("labelSelectorPath"),
  };
}

function decodeCustom(schema: Schema, body: JsonObject, kind: string, version: string) {
  const unknown: string[] = [];
  const { metadata } = body;
  const content = without(body, "apiVersion", "kind", "metadata");
  const object = pruneAndDefault(schema, content, unknown);
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: metadata is no object`,
    );
  }
  try {
    const decoded = decode(structShape("meta.v1.ObjectMeta"), metadata ?? {});
    unknown.push(...decoded.unknown.map((each) => each.replace('"', '"metadata.')));
    object["metadata"] = decoded.object;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
  return { object, unknown };
}

function customRules(schema: Schema, status: boolean): KindRules {
  // What every object has is checked as every object's; the schema may only repeat it.
  const common = ["apiVersion", "kind", "metadata"];
  const content: Schema = {
    ...schema,
    properties: without(schema.properties ?? {}, ...common) as Record<string, Schema>,
    required: (schema.required ?? []).filter((name) => !common.includes(name)),
  };
  const problems = (object: KubeObject, old?: KubeObject): FieldProblem[] => {
    const found = schemaProblems(content, without(object, ...common), "");
    return [...found, ...ruleProblems(schema, object as unknown as Json, old as unknown as Json | undefined, found)];
  };
  return {
    generation: status
      ? contentGeneration
      : (draft, old) => contentGeneration(draft, old) || !equal(draft["status"], old["status"]),
    conditionalUpdate: true,
    validate: problems,
    validateStatus: problems,
  };
}
