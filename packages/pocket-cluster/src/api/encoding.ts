import type { KubeObject } from "../store/index.ts";

/** Objects of the store never change, so each is encoded once, for every answer and every watch. */
const encoded = new WeakMap<KubeObject, string>();

/** An object as JSON, `kind` and `apiVersion` first, as a real server writes it. */
export function encodeObject(object: KubeObject): string {
  let json = encoded.get(object);
  if (json === undefined) {
    const { kind, apiVersion, ...rest } = object;
    json = JSON.stringify({ kind, apiVersion, ...rest });
    encoded.set(object, json);
  }
  return json;
}

/** An item of a list of built-in objects, which does not repeat the kind and version that the list's own imply. */
export function encodeItem(object: KubeObject): string {
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},`;
  return `{${encodeObject(object).slice(head.length)}`;
}
