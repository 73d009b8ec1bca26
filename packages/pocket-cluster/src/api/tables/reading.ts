import type { KubeObject } from "../../store/contract.ts";

/** Reads an object's fields for printing: a table must never fail over an object's shape, so what is not there reads as empty. */

/** What stands at a path of field names, "spec.template.spec.containers". */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const field of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[field];
  }
  return found;
}

export function text(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === "string"
    ? found
    : typeof found === "number" || typeof found === "boolean"
      ? String(found)
      : "";
}

export function count(value: unknown, path: string): number {
  const found = at(value, path);
  return typeof found === "number" ? found : 0;
}

export function items(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

export function entries(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  const found = at(value, path);
  return typeof found === "object" && found !== null ? Object.entries(found) : [];
}

export const NONE = "<none>";
export const UNKNOWN = "<unknown>";
export const UNSET = "<unset>";

export function orNone(shown: string): string {
  return shown === "" ? NONE : shown;
}

/** `k8s.io/apimachinery/pkg/util/duration.HumanDuration`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return withRest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return withRest(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return withRest(days, "d", hours % 24, "h");
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return days < 365 * 8 ? withRest(years, "y", days % 365, "d") : `${years}y`;
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}

export function since(time: unknown, now: number): string {
  const at = typeof time === "string" ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? UNKNOWN : humanDuration(now - at);
}

export function ageOf(object: KubeObject, now: number): string {
  return since(object.metadata.creationTimestamp, now);
}

/** `metav1.FormatLabelSelector`. */
export function selectorText(selector: unknown): string {
  const labels = entries(selector, "matchLabels").map(([key, value]) => `${key}=${String(value)}`);
  const expressions = items(selector, "matchExpressions").map((each) => {
    const values = items(each, "values").join(",");
    switch (text(each, "operator")) {
      case "In":
        return `${text(each, "key")} in (${values})`;
      case "NotIn":
        return `${text(each, "key")} notin (${values})`;
      case "Exists":
        return text(each, "key");
      default:
        return `!${text(each, "key")}`;
    }
  });
  return orNone([...labels.sort(), ...expressions].join(","));
}

export function labelsText(labels: unknown): string {
  return orNone(
    typeof labels === "object" && labels !== null
      ? Object.entries(labels)
          .map(([key, value]) => `${key}=${String(value)}`)
          .sort()
          .join(",")
      : "",
  );
}
