import type { DesignRule } from "./rule.ts";
import { backupElsewhere } from "./rules/backup-elsewhere.ts";
import { clusterSize } from "./rules/cluster-size.ts";
import { disjointAddresses } from "./rules/disjoint-addresses.ts";
import { fixedImage } from "./rules/fixed-image.ts";
import { identityConnectivity } from "./rules/identity-connectivity.ts";
import { leaseTiming } from "./rules/lease-timing.ts";
import { linkedReplicas } from "./rules/linked-replicas.ts";
import { loadBalancerLimit } from "./rules/load-balancer-limit.ts";
import { maintenanceApart } from "./rules/maintenance-apart.ts";
import { nodeLimit } from "./rules/node-limit.ts";
import { personalData } from "./rules/personal-data.ts";
import { pipelineAgents } from "./rules/pipeline-agents.ts";
import { separateDataCentres } from "./rules/separate-data-centres.ts";
import { severalSites } from "./rules/several-sites.ts";
import { spareReplica } from "./rules/spare-replica.ts";
import { trafficManager } from "./rules/traffic-manager.ts";
import { voteMajority } from "./rules/vote-majority.ts";

/** Every rule, in the order of docs/reference/rules.md, which is generated from it. */
export const designRules: readonly DesignRule[] = [
  severalSites,
  separateDataCentres,
  voteMajority,
  leaseTiming,
  linkedReplicas,
  disjointAddresses,
  backupElsewhere,
  personalData,
  fixedImage,
  spareReplica,
  clusterSize,
  nodeLimit,
  loadBalancerLimit,
  identityConnectivity,
  trafficManager,
  pipelineAgents,
  maintenanceApart,
];
