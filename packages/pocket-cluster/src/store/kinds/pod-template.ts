import type { Draft } from "../json.ts";
import { child, children, ensure, fill, number, text } from "./drafts.ts";

/** What a server fills in of a pod, alone or as a template. */

const DEFAULT_MODE = 0o644;

export function defaultPodSpec(spec: Draft): void {
  fill(spec, "restartPolicy", "Always");
  fill(spec, "terminationGracePeriodSeconds", 30);
  fill(spec, "dnsPolicy", "ClusterFirst");
  fill(spec, "securityContext", {});
  fill(spec, "schedulerName", "default-scheduler");
  // Two names of one field: the old one mirrors the new one.
  if (spec["serviceAccountName"] !== undefined) spec["serviceAccount"] = spec["serviceAccountName"];
  else if (spec["serviceAccount"] !== undefined) spec["serviceAccountName"] = spec["serviceAccount"];
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const container of children(spec, list)) defaultContainer(container, spec["hostNetwork"] === true);
  }
  for (const volume of children(spec, "volumes")) defaultVolume(volume);
}

function defaultContainer(container: Draft, hostNetwork: boolean): void {
  fill(container, "terminationMessagePath", "/dev/termination-log");
  fill(container, "terminationMessagePolicy", "File");
  fill(container, "imagePullPolicy", pullPolicy(text(container, "image")));
  for (const port of children(container, "ports")) {
    if (hostNetwork && port["containerPort"] !== undefined) fill(port, "hostPort", port["containerPort"]);
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = child(container, name);
    if (probe !== undefined) defaultProbe(probe);
  }
  for (const hook of ["postStart", "preStop"]) {
    const get = child(child(child(container, "lifecycle") ?? {}, hook) ?? {}, "httpGet");
    if (get !== undefined) defaultHttpGet(get);
  }
  for (const variable of children(container, "env")) {
    const reference = child(child(variable, "valueFrom") ?? {}, "fieldRef");
    if (reference !== undefined) fill(reference, "apiVersion", "v1");
  }
}

/** An image without a tag, or tagged latest, may have changed since it was pulled. */
function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  if (name.includes("@")) return "IfNotPresent";
  const tag = name.includes(":") ? name.slice(name.indexOf(":") + 1) : "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function defaultProbe(probe: Draft): void {
  for (const [name, value] of [
    ["timeoutSeconds", 1],
    ["periodSeconds", 10],
    ["successThreshold", 1],
    ["failureThreshold", 3],
  ] as const) {
    if ((number(probe, name) ?? 0) === 0) probe[name] = value;
  }
  const get = child(probe, "httpGet");
  if (get !== undefined) defaultHttpGet(get);
  const grpc = child(probe, "grpc");
  if (grpc !== undefined) fill(grpc, "service", "");
}

function defaultHttpGet(get: Draft): void {
  fill(get, "path", "/");
  fill(get, "scheme", "HTTP");
}

function defaultVolume(volume: Draft): void {
  if (Object.keys(volume).every((name) => name === "name")) volume["emptyDir"] = {};
  for (const name of ["secret", "configMap", "downwardAPI", "projected"]) {
    const source = child(volume, name);
    if (source !== undefined) fill(source, "defaultMode", DEFAULT_MODE);
  }
  defaultDownwardApi(child(volume, "downwardAPI"));
  for (const source of children(child(volume, "projected"), "sources")) {
    const token = child(source, "serviceAccountToken");
    if (token !== undefined) fill(token, "expirationSeconds", 3600);
    defaultDownwardApi(child(source, "downwardAPI"));
  }
  const hostPath = child(volume, "hostPath");
  if (hostPath !== undefined) fill(hostPath, "type", "");
  const claim = child(child(child(volume, "ephemeral") ?? {}, "volumeClaimTemplate") ?? {}, "spec");
  if (claim !== undefined) fill(claim, "volumeMode", "Filesystem");
}

function defaultDownwardApi(source: Draft | undefined): void {
  for (const item of children(source, "items")) {
    const reference = child(item, "fieldRef");
    if (reference !== undefined) fill(reference, "apiVersion", "v1");
  }
}

export function defaultPodTemplate(owner: Draft): void {
  defaultPodSpec(ensure(ensure(owner, "template"), "spec"));
}
