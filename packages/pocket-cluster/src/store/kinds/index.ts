import * as core from "./core.ts";
import * as networking from "./networking.ts";
import { podRules } from "./pods.ts";
import type { KindRules } from "./rules.ts";
import { serviceRules } from "./services.ts";
import * as workloads from "./workloads.ts";

/** The rules of each collection; a kind without a line is a plain object. */
const rules: Readonly<Record<string, KindRules>> = {
  "/configmaps": core.configMapRules,
  "/endpoints": core.endpointsRules,
  "/events": core.eventRules,
  "/limitranges": core.limitRangeRules,
  "/namespaces": core.namespaceRules,
  "/persistentvolumeclaims": core.claimRules,
  "/persistentvolumes": core.volumeRules,
  "/pods": podRules,
  "/secrets": core.secretRules,
  "/services": serviceRules,
  "apps/controllerrevisions": workloads.controllerRevisionRules,
  "apps/daemonsets": workloads.daemonSetRules,
  "apps/deployments": workloads.deploymentRules,
  "apps/replicasets": workloads.replicaSetRules,
  "apps/statefulsets": workloads.statefulSetRules,
  "autoscaling/horizontalpodautoscalers": networking.autoscalerRules,
  "batch/cronjobs": workloads.cronJobRules,
  "batch/jobs": workloads.jobRules,
  "coordination.k8s.io/leases": workloads.leaseRules,
  "discovery.k8s.io/endpointslices": workloads.endpointSliceRules,
  "networking.k8s.io/ingressclasses": networking.ingressClassRules,
  "networking.k8s.io/ingresses": networking.ingressRules,
  "networking.k8s.io/networkpolicies": networking.networkPolicyRules,
  "policy/poddisruptionbudgets": networking.podDisruptionBudgetRules,
  "rbac.authorization.k8s.io/clusterrolebindings": core.roleBindingRules,
  "rbac.authorization.k8s.io/clusterroles": core.roleRules,
  "rbac.authorization.k8s.io/rolebindings": core.roleBindingRules,
  "rbac.authorization.k8s.io/roles": core.roleRules,
  "scheduling.k8s.io/priorityclasses": core.priorityClassRules,
  "storage.k8s.io/storageclasses": core.storageClassRules,
};
const plain: KindRules = {};

export function rulesFor(collection: string): KindRules {
  return rules[collection] ?? plain;
}
