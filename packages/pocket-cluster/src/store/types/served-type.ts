import type { KubeObject, ResourceType } from "../contract.ts";
import type { JsonObject } from "../json.ts";
import type { KindRules } from "../kinds/rules.ts";
import type { Decoded } from "./decode.ts";
import type { StructShape } from "./shape.ts";

/** What the store knows of a served resource beyond its row of discovery. */
export interface ServedType {
  readonly type: ResourceType;
  readonly shape: StructShape;
  /** Where its objects are kept, "apps/deployments". Two versions of a resource share them. */
  readonly collection: string;
  /** A custom resource: kept as written, with its schema's own rules. */
  readonly custom: boolean;
  /** A request's body as the store keeps it; throws the server's 400. */
  readonly decode: (body: JsonObject) => Decoded;
  /** A kept object as this version of the type shows it. */
  readonly view: (object: KubeObject) => KubeObject;
  readonly rules: KindRules;
  /** The version in which objects are kept. */
  readonly storedApiVersion: string;
  /** Where a custom resource keeps what its scale subresource shows. */
  readonly scale?: ScalePaths;
}

/** Where a type keeps what its scale subresource shows; dotted paths, ".spec.replicas". */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** A LabelSelector (built-in types) or its text (custom resources). */
  readonly selector: readonly string[] | undefined;
}
