/**
 * The keys of an API model that we write or read, from aks-engine-azurestack@ff9dfe9 pkg/api/vlabs/types.go. The engine refuses
 * any other ("Unknown JSON tag") and reads them without regard to case. `MAP` has keys of the user's own, `LEAF` a value.
 */
const LEAF = { kind: "leaf" } as const;
const MAP = { kind: "map" } as const;

export type KnownKeys =
  typeof LEAF | typeof MAP | { readonly kind: "object"; readonly keys: ReadonlyMap<string, KnownKeys> };

type Shape = { readonly [key: string]: KnownKeys | Shape };

function leaves(names: string): Record<string, typeof LEAF> {
  return Object.fromEntries(names.split(" ").map((name) => [name, LEAF]));
}

function known(shape: Shape): KnownKeys {
  return {
    kind: "object",
    keys: new Map(
      Object.entries(shape).map(([name, member]) => [name.toLowerCase(), isKnown(member) ? member : known(member)]),
    ),
  };
}

function isKnown(member: KnownKeys | Shape): member is KnownKeys {
  return "kind" in member && typeof member.kind === "string";
}

const kubernetesConfig = {
  ...leaves(
    "cloudProviderBackoff cloudProviderBackoffRetries cloudProviderBackoffDuration cloudProviderRateLimit cloudProviderRateLimitQPS",
  ),
  ...leaves("cloudProviderRateLimitBucket cloudProviderRateLimitQPSWrite cloudProviderRateLimitBucketWrite"),
  ...leaves("useCloudControllerManager useInstanceMetadata useManagedIdentity networkPlugin networkPolicy"),
  ...leaves("clusterSubnet serviceCidr dnsServiceIP maxPods etcdDiskSizeGB loadBalancerSku containerRuntime"),
  privateCluster: { ...leaves("enabled"), jumpboxProfile: leaves("name vmSize osDiskSizeGB username publicKey") },
  kubeletConfig: MAP,
  controllerManagerConfig: MAP,
  apiServerConfig: MAP,
  schedulerConfig: MAP,
  addons: leaves("name enabled"),
};

const environment = {
  ...leaves("name managementPortalURL serviceManagementEndpoint resourceManagerEndpoint activeDirectoryEndpoint"),
  ...leaves(
    "galleryEndpoint graphEndpoint storageEndpointSuffix keyVaultDNSSuffix resourceManagerVMDNSSuffix tokenAudience",
  ),
  resourceIdentifiers: leaves("graph"),
};

export const apiModelKeys: KnownKeys = known({
  ...leaves("apiVersion location"),
  properties: {
    orchestratorProfile: { ...leaves("orchestratorRelease orchestratorVersion"), kubernetesConfig },
    customCloudProfile: {
      ...leaves("portalURL identitySystem authenticationMethod dependenciesLocation"),
      environment,
    },
    featureFlags: leaves("enableTelemetry blockOutboundInternet"),
    masterProfile: leaves(
      "dnsPrefix distro count vmSize osDiskSizeGB availabilityProfile subjectAltNames vnetSubnetID firstConsecutiveStaticIP vnetCidr platformFaultDomainCount",
    ),
    agentPoolProfiles: {
      ...leaves("name count vmSize distro osType availabilityProfile acceleratedNetworkingEnabled osDiskSizeGB"),
      ...leaves("diskSizesGB storageProfile vnetSubnetID availabilityZones"),
      customNodeLabels: MAP,
    },
    linuxProfile: {
      ...leaves("adminUsername enableUnattendedUpgrades runUnattendedUpgradesOnBootstrap"),
      ssh: { publicKeys: leaves("keyData") },
      customNodesDNS: leaves("dnsServer"),
    },
    servicePrincipalProfile: {
      ...leaves("clientId secret objectId"),
      keyvaultSecretRef: leaves("vaultID secretName version"),
    },
  },
});
