import type { KubeObject } from "../../store/contract.ts";
import { ageColumn, column, createdAtColumn, integer, nameColumn, wide } from "./columns.ts";
import type { Column } from "./columns.ts";
import { at, count, entries, items, NONE, orNone, since, text, UNKNOWN, UNSET } from "./reading.ts";

const roleBinding: readonly Column[] = [
  nameColumn,
  column("Role", "The role that is granted.", (o) => `${text(o, "roleRef.kind")}/${text(o, "roleRef.name")}`),
  ageColumn,
  wide(column("Users", "Users in the roleBinding", (o) => subjects(o, "User"))),
  wide(column("Groups", "Groups in the roleBinding", (o) => subjects(o, "Group"))),
  wide(column("ServiceAccounts", "ServiceAccounts in the roleBinding", (o) => subjects(o, "ServiceAccount"))),
];

const events: readonly Column[] = [
  column("Last Seen", "The time at which the most recent occurrence of this event was recorded.", (o, now) =>
    lastSeen(o, now),
  ),
  column("Type", "Type of this event (Normal, Warning), new types could be added in the future", (o) =>
    text(o, "type"),
  ),
  column("Reason", "Short, machine understandable string that gives the reason for the transition.", (o) =>
    text(o, "reason"),
  ),
  column("Object", "The object that this event is about.", (o) => {
    const regarding = at(o, "involvedObject") ?? at(o, "regarding");
    const kind = text(regarding, "kind").toLowerCase();
    return text(regarding, "name") === "" ? kind : `${kind}/${text(regarding, "name")}`;
  }),
  wide(
    column("Subobject", "The part of the object that this event is about.", (o) =>
      text(at(o, "involvedObject") ?? at(o, "regarding"), "fieldPath"),
    ),
  ),
  wide(
    column("Source", "The component reporting this event.", (o) =>
      [text(o, "source.component") || text(o, "reportingComponent"), text(o, "source.host")]
        .filter((part) => part !== "")
        .join(", "),
    ),
  ),
  column("Message", "A human-readable description of the status of this operation.", (o) =>
    (text(o, "message") || text(o, "note")).trim(),
  ),
  wide(
    column("First Seen", "The time at which the event was first recorded.", (o, now) =>
      since(at(o, "firstTimestamp") ?? at(o, "eventTime"), now),
    ),
  ),
  wide(
    column("Count", "The number of times this event has occurred.", (o) =>
      Math.max(count(o, "count"), count(o, "series.count"), 1),
    ),
  ),
  wide(nameColumn),
];

export const clusterTables: Readonly<Record<string, readonly Column[]>> = {
  "/configmaps": [
    nameColumn,
    column(
      "Data",
      "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
      (o) => entries(o, "data").length + entries(o, "binaryData").length,
    ),
    ageColumn,
  ],
  "/secrets": [
    nameColumn,
    column("Type", "Used to facilitate programmatic handling of secret data.", (o) => text(o, "type")),
    column("Data", "Data contains the secret data.", (o) => entries(o, "data").length),
    ageColumn,
  ],
  "/serviceaccounts": [
    nameColumn,
    column("Secrets", "Secrets that pods using this ServiceAccount may use.", (o) => items(o, "secrets").length),
    ageColumn,
  ],
  "/namespaces": [
    nameColumn,
    column("Status", "The status of the namespace", (o) => text(o, "status.phase")),
    ageColumn,
  ],
  "/nodes": [
    nameColumn,
    column("Status", "The status of the node", nodeStatus),
    column("Roles", "The roles of the node", nodeRoles),
    ageColumn,
    column("Version", "Kubelet Version reported by the node.", (o) => text(o, "status.nodeInfo.kubeletVersion")),
    wide(column("Internal-IP", "Internal address of the node.", (o) => nodeAddress(o, "InternalIP"))),
    wide(column("External-IP", "External address of the node.", (o) => nodeAddress(o, "ExternalIP"))),
    wide(column("OS-Image", "OS Image reported by the node.", (o) => text(o, "status.nodeInfo.osImage") || UNKNOWN)),
    wide(
      column(
        "Kernel-Version",
        "Kernel Version reported by the node.",
        (o) => text(o, "status.nodeInfo.kernelVersion") || UNKNOWN,
      ),
    ),
    wide(
      column(
        "Container-Runtime",
        "ContainerRuntime Version reported by the node.",
        (o) => text(o, "status.nodeInfo.containerRuntimeVersion") || UNKNOWN,
      ),
    ),
  ],
  "/persistentvolumeclaims": [
    nameColumn,
    column("Status", "The current phase of the claim.", (o) =>
      o.metadata.deletionTimestamp === undefined ? text(o, "status.phase") : "Terminating",
    ),
    column("Volume", "The volume that backs this claim.", (o) => text(o, "spec.volumeName")),
    column("Capacity", "The actual resources of the underlying volume.", (o) => text(o, "status.capacity.storage")),
    column("Access Modes", "The actual access modes of the volume.", (o) =>
      accessModes(items(o, "status.accessModes")),
    ),
    column("StorageClass", "The StorageClass required by the claim.", (o) => text(o, "spec.storageClassName")),
    column(
      "VolumeAttributesClass",
      "The VolumeAttributesClass used by the claim.",
      (o) => text(o, "spec.volumeAttributesClassName") || UNSET,
    ),
    ageColumn,
    wide(
      column("VolumeMode", "What type of volume is required by the claim.", (o) => text(o, "spec.volumeMode") || UNSET),
    ),
  ],
  "/persistentvolumes": [
    nameColumn,
    column("Capacity", "The volume's resources.", (o) => text(o, "spec.capacity.storage")),
    column("Access Modes", "All ways the volume can be mounted.", (o) => accessModes(items(o, "spec.accessModes"))),
    column("Reclaim Policy", "What happens to the volume when released from its claim.", (o) =>
      text(o, "spec.persistentVolumeReclaimPolicy"),
    ),
    column("Status", "The volume's phase.", (o) =>
      o.metadata.deletionTimestamp === undefined ? text(o, "status.phase") : "Terminating",
    ),
    column("Claim", "The claim that the volume is bound to.", (o) => {
      const name = text(o, "spec.claimRef.name");
      return name === "" ? "" : `${text(o, "spec.claimRef.namespace")}/${name}`;
    }),
    column("StorageClass", "The StorageClass that the volume belongs to.", (o) => text(o, "spec.storageClassName")),
    column(
      "VolumeAttributesClass",
      "The VolumeAttributesClass that the volume belongs to.",
      (o) => text(o, "spec.volumeAttributesClassName") || UNSET,
    ),
    column("Reason", "Why the volume is in its phase.", (o) => text(o, "status.reason")),
    ageColumn,
    wide(column("VolumeMode", "The type of the volume.", (o) => text(o, "spec.volumeMode") || UNSET)),
  ],
  "/events": events,
  "events.k8s.io/events": events,
  "coordination.k8s.io/leases": [
    nameColumn,
    column("Holder", "holderIdentity contains the identity of the holder of a current lease.", (o) =>
      text(o, "spec.holderIdentity"),
    ),
    ageColumn,
  ],
  "autoscaling/horizontalpodautoscalers": [
    nameColumn,
    column(
      "Reference",
      "The object that is scaled.",
      (o) => `${text(o, "spec.scaleTargetRef.kind")}/${text(o, "spec.scaleTargetRef.name")}`,
    ),
    column("Targets", "Current and wanted values of the metrics.", metricTargets),
    column("MinPods", "The lower limit for the number of replicas.", (o) => text(o, "spec.minReplicas") || UNSET),
    integer("MaxPods", "The upper limit for the number of replicas.", (o) => count(o, "spec.maxReplicas")),
    integer("Replicas", "The current number of replicas.", (o) => count(o, "status.currentReplicas")),
    ageColumn,
  ],
  "policy/poddisruptionbudgets": [
    nameColumn,
    column(
      "Min Available",
      "The minimum number of pods that must be available.",
      (o) => text(o, "spec.minAvailable") || "N/A",
    ),
    column(
      "Max Unavailable",
      "The maximum number of pods that may be unavailable.",
      (o) => text(o, "spec.maxUnavailable") || "N/A",
    ),
    integer("Allowed Disruptions", "The number of pods that may be deleted now.", (o) =>
      count(o, "status.disruptionsAllowed"),
    ),
    ageColumn,
  ],
  "storage.k8s.io/storageclasses": [
    nameColumn,
    column("Provisioner", "The type of the provisioner.", (o) => text(o, "provisioner")),
    column("ReclaimPolicy", "What happens to volumes of this class.", (o) => text(o, "reclaimPolicy") || "Delete"),
    column(
      "VolumeBindingMode",
      "How claims of this class are bound.",
      (o) => text(o, "volumeBindingMode") || "Immediate",
    ),
    column(
      "AllowVolumeExpansion",
      "Whether volumes may grow.",
      (o) => at(o, "allowVolumeExpansion") === true,
      "boolean",
    ),
    ageColumn,
  ],
  "scheduling.k8s.io/priorityclasses": [
    nameColumn,
    integer("Value", "The priority of pods of this class.", (o) => count(o, "value")),
    column(
      "Global-Default",
      "Whether pods without a class get this one.",
      (o) => at(o, "globalDefault") === true,
      "boolean",
    ),
    ageColumn,
    wide(column("PreemptionPolicy", "Whether pods of this class preempt others.", (o) => text(o, "preemptionPolicy"))),
  ],
  "rbac.authorization.k8s.io/rolebindings": roleBinding,
  "rbac.authorization.k8s.io/clusterrolebindings": roleBinding,
  "rbac.authorization.k8s.io/roles": [nameColumn, createdAtColumn],
  "rbac.authorization.k8s.io/clusterroles": [nameColumn, createdAtColumn],
  "apiextensions.k8s.io/customresourcedefinitions": [nameColumn, createdAtColumn],
};

function subjects(binding: KubeObject, kind: string): string {
  return items(binding, "subjects")
    .filter((subject) => text(subject, "kind") === kind)
    .map((subject) =>
      kind === "ServiceAccount" ? `${text(subject, "namespace")}/${text(subject, "name")}` : text(subject, "name"),
    )
    .join(", ");
}

function lastSeen(event: KubeObject, now: number): string {
  const last =
    at(event, "series.lastObservedTime") ??
    at(event, "lastTimestamp") ??
    at(event, "firstTimestamp") ??
    at(event, "eventTime");
  return since(last, now);
}

function nodeStatus(node: KubeObject): string {
  const ready = items(node, "status.conditions").find((condition) => text(condition, "type") === "Ready");
  const shown = ready === undefined ? "Unknown" : text(ready, "status") === "True" ? "Ready" : "NotReady";
  return at(node, "spec.unschedulable") === true ? `${shown},SchedulingDisabled` : shown;
}

function nodeRoles(node: KubeObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : key === "kubernetes.io/role" ? [value] : [],
  );
  return orNone(roles.sort().join(","));
}

function nodeAddress(node: KubeObject, type: string): string {
  return orNone(
    text(
      items(node, "status.addresses").find((address) => text(address, "type") === type),
      "address",
    ),
  );
}

function accessModes(modes: readonly unknown[]): string {
  const short: Readonly<Record<string, string>> = {
    ReadWriteOnce: "RWO",
    ReadOnlyMany: "ROX",
    ReadWriteMany: "RWX",
    ReadWriteOncePod: "RWOP",
  };
  return modes.map((mode) => short[String(mode)] ?? String(mode)).join(",");
}

/** "cpu: 12%/80%, memory: <unknown>/100Mi". */
function metricTargets(autoscaler: KubeObject): string {
  const current = items(autoscaler, "status.currentMetrics");
  const shown = items(autoscaler, "spec.metrics").map((metric, index) => {
    const source = {
      Resource: "resource",
      ContainerResource: "containerResource",
      Pods: "pods",
      Object: "object",
      External: "external",
    }[text(metric, "type")];
    if (source === undefined) return "<unknown type>";
    const target = at(metric, `${source}.target`);
    const now = at(current[index], `${source}.current`);
    const name = text(metric, `${source}.name`) || text(metric, `${source}.metric.name`);
    const utilization = text(target, "averageUtilization");
    const isUtilization = utilization !== "";
    const wanted = isUtilization ? `${utilization}%` : text(target, "averageValue") || text(target, "value");
    const measured = isUtilization ? text(now, "averageUtilization") : text(now, "averageValue") || text(now, "value");
    const suffix = isUtilization && measured !== "" ? "%" : "";
    const pair = `${measured === "" ? UNKNOWN : measured}${suffix}/${wanted}`;
    return source === "resource" || source === "containerResource" ? `${name}: ${pair}` : pair;
  });
  return shown.length === 0
    ? NONE
    : shown.length > 2
      ? `${shown.slice(0, 2).join(", ")} + ${shown.length - 2} more...`
      : shown.join(", ");
}
