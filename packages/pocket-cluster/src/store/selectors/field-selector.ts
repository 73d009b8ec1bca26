import type { KubeObject } from "../contract.ts";
import { badRequest } from "../errors.ts";
import { at } from "../json.ts";

export type FieldTest = (object: KubeObject) => boolean;

/** What a field selector may ask of a collection besides metadata.name and metadata.namespace; anything else is a 400, as on a server. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "/namespaces": ["status.phase", "name"],
  "/nodes": ["spec.unschedulable"],
  "/secrets": ["type"],
  "/services": ["spec.clusterIP", "spec.type"],
  "apps/replicasets": ["status.replicas"],
  "batch/jobs": ["status.successful"],
};

/** The same of events.k8s.io, where the fields have other names. */
const EVENTS_V1: Readonly<Record<string, string>> = {
  "regarding.kind": "involvedObject.kind",
  "regarding.namespace": "involvedObject.namespace",
  "regarding.name": "involvedObject.name",
  "regarding.uid": "involvedObject.uid",
  "regarding.apiVersion": "involvedObject.apiVersion",
  "regarding.resourceVersion": "involvedObject.resourceVersion",
  "regarding.fieldPath": "involvedObject.fieldPath",
  reportingController: "reportingComponent",
};

function read(collection: string, object: KubeObject, label: string): string {
  if (collection === "/events" && label === "source") {
    return text(at(object, "source", "component") ?? object["reportingComponent"]);
  }
  if (collection === "/namespaces" && label === "name") return object.metadata.name;
  if (collection === "batch/jobs" && label === "status.successful") return text(at(object, "status", "succeeded") ?? 0);
  if (label === "spec.unschedulable" || label === "spec.hostNetwork")
    return text(at(object, ...label.split(".")) ?? false);
  if (label === "status.replicas") return text(at(object, "status", "replicas") ?? 0);
  return text(at(object, ...label.split(".")));
}

function text(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

/** Parses `status.phase=Running,spec.nodeName!=a`. */
export function parseFieldSelector(
  selector: string | undefined,
  collection: string,
  group: string,
): FieldTest | undefined {
  if (selector === undefined || selector.trim() === "") return undefined;
  const tests = selector
    .split(/(?<!\\),/)
    .filter((part) => part !== "")
    .map((part): FieldTest => {
      const match = /^([^=!]+?)(==|!=|=)((?:\\.|[^=\\])*)$/.exec(part);
      if (match === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
      const [, asked = "", operator, escaped = ""] = match;
      const label = group === "events.k8s.io" ? (EVENTS_V1[asked] ?? asked) : asked;
      const known =
        label === "metadata.name" || label === "metadata.namespace" || SELECTABLE[collection]?.includes(label) === true;
      if (!known) throw badRequest(`field label not supported: ${asked}`);
      const wanted = escaped.replace(/\\([\\,=])/g, "$1");
      return (object) => (read(collection, object, label) === wanted) === (operator !== "!=");
    });
  return (object) => tests.every((test) => test(object));
}
