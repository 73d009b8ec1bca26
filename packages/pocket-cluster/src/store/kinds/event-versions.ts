import type { KubeObject } from "../contract.ts";
import { freeze } from "../json.ts";
import type { Draft, JsonObject } from "../json.ts";

/** An Event is one object under two versions, v1 and events.k8s.io/v1, that name some fields differently: [v1, events.k8s.io/v1]. */
const RENAMED = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
  ["reportingInstance", "reportingInstance"],
] as const;

const fromCore = new Map<string, string>(RENAMED);
const toCore = new Map<string, string>(RENAMED.map(([core, v1]) => [v1, core]));

function renamed(object: JsonObject, names: ReadonlyMap<string, string>, apiVersion: string): Draft {
  const result: Draft = {};
  for (const [name, value] of Object.entries(object)) result[names.get(name) ?? name] = value;
  result["apiVersion"] = apiVersion;
  return result;
}

/** As the store keeps it. */
export function coreEventOf(event: JsonObject): Draft {
  return { reportingInstance: "", reportingComponent: "", source: {}, ...renamed(event, toCore, "v1") };
}

export function eventsV1Of(event: KubeObject): KubeObject {
  return freeze(renamed(event as unknown as JsonObject, fromCore, "events.k8s.io/v1")) as unknown as KubeObject;
}
