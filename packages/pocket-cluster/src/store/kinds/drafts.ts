import { isList, isObject } from "../json.ts";
import type { Draft, Json } from "../json.ts";

/** Access to drafts: decoding has checked their types, so a wrong one here reads as absent. */

export function child(draft: Draft, name: string): Draft | undefined {
  const value = draft[name];
  return isObject(value) ? value : undefined;
}

/** The child, made when absent. */
export function ensure(draft: Draft, name: string): Draft {
  const value = child(draft, name);
  if (value !== undefined) return value;
  const made: Draft = {};
  draft[name] = made;
  return made;
}

export function children(draft: Draft | undefined, name: string): readonly Draft[] {
  const value = draft?.[name];
  return isList(value) ? value.filter(isObject) : [];
}

export function text(draft: Draft | undefined, name: string): string {
  const value = draft?.[name];
  return typeof value === "string" ? value : "";
}

export function number(draft: Draft | undefined, name: string): number | undefined {
  const value = draft?.[name];
  return typeof value === "number" ? value : undefined;
}

/** Sets a field that is absent. */
export function fill(draft: Draft, name: string, value: Json): void {
  const current = draft[name];
  if (current === undefined || current === null) draft[name] = value;
}
