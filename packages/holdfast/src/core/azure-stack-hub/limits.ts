import type { Quotas } from "../spec/index.ts";

/** What no quota can raise. The page that says so stands at each line. */
export const hubLimits = {
  /** Masters and workers of all clusters of a subscription. azure-stack-docs azure-stack-kubernetes-aks-engine-known-issues.md */
  nodesPerSubscription: 50,
  /** Frontend addresses of the basic load balancer, so LoadBalancer services of a cluster. Azure/aks-engine docs/topics/azure-stack.md */
  loadBalancerFrontends: 5,
  /** Internal frontends of a whole Hub. azure-stack-docs standard-load-balancer-considerations.md */
  internalFrontendsPerHub: 119,
  /** Hosts that an availability set is spread over. azure-stack-docs azure-stack-vm-considerations.md */
  faultDomains: 3,
  /** Consecutive free addresses: 5 masters, 10 in reserve, 1 internal load balancer. kubernetes-aks-engine-custom-vnet.md */
  controlPlaneAddresses: 16,
  /** From the first of them to the API server's internal address. aks-engine-azurestack pkg/api/common/const.go, DefaultInternalLbStaticIPOffset */
  internalApiOffset: 10,
  /** Addresses at the start of a subnet that the Hub gives to the workers first. kubernetes-aks-engine-custom-vnet.md */
  firstAddressesOfSubnet: 24,
  /** aks-engine-azurestack generate: `The range of valid values are [1, 1023]`; also etcd's. */
  diskGiBMax: 1_023,
  dataDisksPerNodeMax: 4,
  /** With the Azure network plugin. aks-engine-azurestack pkg/api/vlabs/validate.go */
  azureCniHostBitsMin: 9,
  gatewaySubnetPrefixMax: 29,
  gatewaySubnetPrefixAdvised: 28,
  gatewaysPerVirtualNetwork: 1,
  connectionsBetweenTwoHubs: 1,
} as const;

/** Microsoft supports clusters in production from this size on. azure-stack-kubernetes-aks-engine-support.md */
export const productionMinimum = { controlPlaneNodes: 3, workers: 3 } as const;

/**
 * What a subscription has unless the operator sets something else, azure-stack-docs azure-stack-quota-types.md. Disks: standard
 * and premium ones each have this much.
 */
export const defaultQuotas = {
  virtualMachines: 50,
  cores: 100,
  availabilitySets: 10,
  networkInterfaces: 100,
  publicAddresses: 50,
  loadBalancers: 50,
  vpnGateways: 1,
  vpnConnections: 2,
  managedDiskGiB: 2_048,
} as const satisfies Required<Quotas>;

/**
 * What AKS Engine sets where a model names no network of its own: the same at every site, so two such clusters cannot be
 * joined. aks-engine-azurestack pkg/api/const.go.
 */
export const defaultNetwork = {
  addressSpace: "10.0.0.0/8",
  podRange: "10.244.0.0/16",
  serviceRange: "10.0.0.0/16",
  dnsServiceAddress: "10.0.0.10",
  firstControlPlaneAddress: "10.240.255.5",
} as const;
