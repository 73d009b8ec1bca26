import type { KubeObject } from "./contract.ts";
import { at, isObject } from "./json.ts";
import type { Draft, Json } from "./json.ts";
import { labelSelectorText } from "./selectors/label-selector.ts";
import type { ScalePaths, ServedType } from "./types/served-type.ts";

const workloadScale: ScalePaths = {
  specReplicas: ["spec", "replicas"],
  statusReplicas: ["status", "replicas"],
  selector: ["spec", "selector"],
};

/** The object as autoscaling/v1 Scale. */
export function scaleOf(served: ServedType, object: KubeObject): KubeObject {
  const paths = served.scale ?? workloadScale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = at(object, ...paths.specReplicas);
  const selector = paths.selector === undefined ? undefined : at(object, ...paths.selector);
  const selectorText = typeof selector === "string" ? selector : labelSelectorText(selector);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: typeof replicas === "number" && replicas !== 0 ? { replicas } : {},
    status: {
      replicas: numberOr(at(object, ...paths.statusReplicas), 0),
      ...(selectorText === "" ? {} : { selector: selectorText }),
    },
  };
}

/** The object with the replicas that a written Scale asks for. */
export function withReplicas(served: ServedType, live: KubeObject, replicas: number): Draft {
  const paths = served.scale ?? workloadScale;
  return setAt(live as unknown as Draft, paths.specReplicas, replicas);
}

function setAt(object: Draft, path: readonly string[], value: Json): Draft {
  const [first, ...rest] = path;
  if (first === undefined) return object;
  const inner = object[first];
  return { ...object, [first]: rest.length === 0 ? value : setAt(isObject(inner) ? inner : {}, rest, value) };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
