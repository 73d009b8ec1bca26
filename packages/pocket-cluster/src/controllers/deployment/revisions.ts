import { sameJson, without } from "../../objects/index.ts";
import type { Deployment, PodTemplate, ReplicaSet } from "../../objects/index.ts";

export const REVISION = "deployment.kubernetes.io/revision";
export const DESIRED = "deployment.kubernetes.io/desired-replicas";
export const MAX = "deployment.kubernetes.io/max-replicas";
export const HASH_LABEL = "pod-template-hash";
/** A Deployment's annotations go to its ReplicaSets, except for those that are about one object. */
const OWN_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  "deployment.kubernetes.io/revision-history",
  DESIRED,
  MAX,
  "deprecated.deployment.rollback.to",
]);

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet whose pods are what the Deployment wants; the oldest, if a mistake has made several. */
export function findNew(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byAge).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  return (
    Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) ||
    revisionOf(a) - revisionOf(b) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplate): unknown {
  const { metadata = {} } = template;
  return {
    metadata: { ...without(metadata, "creationTimestamp"), labels: without(metadata.labels ?? {}, HASH_LABEL) },
    spec: template.spec,
  };
}

/** The annotations that a Deployment's ReplicaSet should carry. */
export function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Readonly<Record<string, string>> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key));
  const history = historyAfter(set, revision);
  return {
    ...set?.metadata.annotations,
    ...Object.fromEntries(copied),
    [REVISION]: String(revision),
    ...(history !== undefined && { "deployment.kubernetes.io/revision-history": history }),
  };
}

/** A ReplicaSet that comes back in a rollback keeps the numbers that it had before. */
function historyAfter(set: ReplicaSet | undefined, revision: number): string | undefined {
  const before = set === undefined ? 0 : revisionOf(set);
  const known = set?.metadata.annotations?.["deployment.kubernetes.io/revision-history"];
  if (before === 0 || before === revision) return known;
  return [...(known === undefined || known === "" ? [] : known.split(",")), String(before)].join(",");
}
