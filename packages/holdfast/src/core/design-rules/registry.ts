import type { DesignRule } from "./rule.ts";
import { adfsIdentity } from "./rules/adfs-identity.ts";
import { aksEngineRelease } from "./rules/aks-engine-release.ts";
import { autoscaling } from "./rules/autoscaling.ts";
import { availabilityObjective } from "./rules/availability-objective.ts";
import { azureGroups } from "./rules/azure-groups.ts";
import { backupElsewhere } from "./rules/backup-elsewhere.ts";
import { backupPlan } from "./rules/backup-plan.ts";
import { backupTaken } from "./rules/backup-taken.ts";
import { capacityHostLost } from "./rules/capacity-host-lost.ts";
import { capacityOneSiteLost } from "./rules/capacity-one-site-lost.ts";
import { certificateSolver } from "./rules/certificate-solver.ts";
import { clusterNames } from "./rules/cluster-names.ts";
import { clusterRanges } from "./rules/cluster-ranges.ts";
import { clusterCredential } from "./rules/cluster-credential.ts";
import { clusterSize } from "./rules/cluster-size.ts";
import { controlPlaneAddresses } from "./rules/control-plane-addresses.ts";
import { deliveryStages } from "./rules/delivery-stages.ts";
import { dependenciesCloud } from "./rules/dependencies-cloud.ts";
import { differentHubs } from "./rules/different-hubs.ts";
import { disconnectedHub } from "./rules/disconnected-hub.ts";
import { disjointAddresses } from "./rules/disjoint-addresses.ts";
import { dnsRedundant } from "./rules/dns-redundant.ts";
import { driversRecorded } from "./rules/drivers-recorded.ts";
import { egressPlanned } from "./rules/egress-planned.ts";
import { engineState } from "./rules/engine-state.ts";
import { externalServices } from "./rules/external-services.ts";
import { fixedImage } from "./rules/fixed-image.ts";
import { hubDisks } from "./rules/hub-disks.ts";
import { hubVersion } from "./rules/hub-version.ts";
import { hubVolumes } from "./rules/hub-volumes.ts";
import { identityConnectivity } from "./rules/identity-connectivity.ts";
import { internetExposure } from "./rules/internet-exposure.ts";
import { kubernetesGroups } from "./rules/kubernetes-groups.ts";
import { kubernetesVersion } from "./rules/kubernetes-version.ts";
import { kuredVersion } from "./rules/kured-version.ts";
import { kuredWindows } from "./rules/kured-windows.ts";
import { leaseTiming } from "./rules/lease-timing.ts";
import { linkLatency } from "./rules/link-latency.ts";
import { linkThroughput } from "./rules/link-throughput.ts";
import { linkedReplicas } from "./rules/linked-replicas.ts";
import { loadBalancerLimit } from "./rules/load-balancer-limit.ts";
import { maintenanceApart } from "./rules/maintenance-apart.ts";
import { maintenanceWindows } from "./rules/maintenance-windows.ts";
import { majorityWrites } from "./rules/majority-writes.ts";
import { networkPolicyEngine } from "./rules/network-policy-engine.ts";
import { nodeLabels } from "./rules/node-labels.ts";
import { nodeLimit } from "./rules/node-limit.ts";
import { nodeSshKey } from "./rules/node-ssh-key.ts";
import { objectivesSet } from "./rules/objectives-set.ts";
import { onPremises } from "./rules/on-premises.ts";
import { ownDatabase } from "./rules/own-database.ts";
import { ownNamespace } from "./rules/own-namespace.ts";
import { personalData } from "./rules/personal-data.ts";
import { pipelineAgents } from "./rules/pipeline-agents.ts";
import { plannedNetwork } from "./rules/planned-network.ts";
import { podsFitNodes } from "./rules/pods-fit-nodes.ts";
import { privateApi } from "./rules/private-api.ts";
import { protectedLinks } from "./rules/protected-links.ts";
import { proxyBypass } from "./rules/proxy-bypass.ts";
import { reachableComponents } from "./rules/reachable-components.ts";
import { recoveryObjective } from "./rules/recovery-objective.ts";
import { registryImages } from "./rules/registry-images.ts";
import { retiredComponent } from "./rules/retired-component.ts";
import { replicatedStore } from "./rules/replicated-store.ts";
import { repositoryNamed } from "./rules/repository-named.ts";
import { secretReaders } from "./rules/secret-readers.ts";
import { secretsKept } from "./rules/secrets-kept.ts";
import { separateDataCentres } from "./rules/separate-data-centres.ts";
import { severalSites } from "./rules/several-sites.ts";
import { sharedDirectory } from "./rules/shared-directory.ts";
import { sharedStorage } from "./rules/shared-storage.ts";
import { singlePointOfFailure } from "./rules/single-point-of-failure.ts";
import { siteAddresses } from "./rules/site-addresses.ts";
import { spareReplica } from "./rules/spare-replica.ts";
import { steeringInTime } from "./rules/steering-in-time.ts";
import { steering } from "./rules/steering.ts";
import { subscriptionQuotas } from "./rules/subscription-quotas.ts";
import { trafficManager } from "./rules/traffic-manager.ts";
import { vmSizesRule } from "./rules/vm-sizes.ts";
import { voteMajority } from "./rules/vote-majority.ts";
import { vpnConnections } from "./rules/vpn-connections.ts";
import { vpnGateway } from "./rules/vpn-gateway.ts";

/** Every rule, in the order of docs/reference/rules.md, which is generated from it. */
export const designRules: readonly DesignRule[] = [
  severalSites,
  singlePointOfFailure,
  availabilityObjective,
  recoveryObjective,
  capacityOneSiteLost,
  capacityHostLost,
  separateDataCentres,
  differentHubs,
  voteMajority,
  majorityWrites,
  replicatedStore,
  leaseTiming,
  linkedReplicas,
  protectedLinks,
  linkLatency,
  siteAddresses,
  disjointAddresses,
  plannedNetwork,
  clusterRanges,
  controlPlaneAddresses,
  privateApi,
  vpnGateway,
  vpnConnections,
  linkThroughput,
  backupElsewhere,
  backupPlan,
  backupTaken,
  personalData,
  onPremises,
  driversRecorded,
  objectivesSet,
  fixedImage,
  registryImages,
  ownDatabase,
  sharedStorage,
  spareReplica,
  autoscaling,
  reachableComponents,
  retiredComponent,
  ownNamespace,
  clusterSize,
  nodeLimit,
  loadBalancerLimit,
  subscriptionQuotas,
  hubVersion,
  clusterNames,
  aksEngineRelease,
  kubernetesVersion,
  vmSizesRule,
  podsFitNodes,
  hubDisks,
  hubVolumes,
  networkPolicyEngine,
  nodeLabels,
  nodeSshKey,
  dependenciesCloud,
  identityConnectivity,
  adfsIdentity,
  clusterCredential,
  disconnectedHub,
  sharedDirectory,
  azureGroups,
  kubernetesGroups,
  secretReaders,
  secretsKept,
  engineState,
  trafficManager,
  steering,
  steeringInTime,
  dnsRedundant,
  certificateSolver,
  internetExposure,
  pipelineAgents,
  repositoryNamed,
  deliveryStages,
  egressPlanned,
  proxyBypass,
  externalServices,
  maintenanceApart,
  maintenanceWindows,
  kuredVersion,
  kuredWindows,
];
