/** What a site is built of: the platform under the cluster, the cluster itself, its network and its quotas. */
export type Platform = KubernetesPlatform | AzureStackHub;

/** Any conformant cluster; holdfast neither builds nor upgrades it. */
export interface KubernetesPlatform {
  readonly kind: "kubernetes";
  /** For people, for example `k3s` or `OpenShift`. */
  readonly distribution?: string;
}

/** One Azure Stack Hub instance, on which AKS Engine builds the cluster. */
export interface AzureStackHub {
  readonly kind: "azure-stack-hub";
  /** `https://portal.<region>.<suffix>`; every other endpoint of the Hub follows from it. */
  readonly portalUrl: string;
  readonly region: string;
  readonly suffix: string;
  readonly identity: "azure-ad" | "adfs";
  readonly authentication: "client-secret" | "client-certificate";
  /** Whether the Hub reaches public Azure. */
  readonly connectivity: "connected" | "disconnected";
  /** The versions of Resource Manager's APIs that the Hub speaks. */
  readonly apiProfile: ApiProfile;
  /** Name or id of the subscription: limits such as 50 nodes hold for each. */
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly servicePrincipal: { readonly clientId?: string; readonly keyVaultSecret?: KeyVaultSecret };
  readonly engine: AksEngine;
}

/** `2020-09-01-hybrid`: Hub 2102 and later; `2019-03-01-hybrid`: 1904 to 2008. */
export type ApiProfile = "2020-09-01-hybrid" | "2019-03-01-hybrid";

/** The value itself never stands in the file. */
export interface KeyVaultSecret {
  readonly vault: string;
  readonly name: string;
}

export interface AksEngine {
  /** Release of aks-engine-azurestack, for example `0.85.0`; it works only with its own base image. */
  readonly version: string;
  readonly helperVmSize: string;
  /** Where packages come from. */
  readonly dependencies: "public" | "china" | "german" | "usgovernment";
}

export interface Cluster {
  /** For example `1.34.4`. */
  readonly kubernetesVersion: string;
  readonly dnsPrefix: string;
  readonly networkPlugin: "kubenet" | "azure";
  readonly networkPolicy?: "calico" | "azure" | "antrea";
  readonly controlPlane: ControlPlane;
  /** In the order of the file; an Azure Stack Hub takes one. */
  readonly workerPools: readonly WorkerPool[];
  readonly ssh: { readonly user: string; readonly publicKey: string };
}

export interface ControlPlane {
  readonly count: number;
  readonly vmSize: string;
  readonly osDiskGiB: number;
  readonly etcdDiskGiB: number;
}

export interface WorkerPool {
  readonly name: string;
  readonly count: number;
  readonly vmSize: string;
  readonly osDiskGiB: number;
  readonly dataDisksGiB: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
}

/** IPv4 ranges are CIDR text, known to parse and to have no host bits set. */
export interface Network {
  /** Everything that a VPN of this site routes to. */
  readonly addressSpaces: readonly string[];
  /** A network that exists already; absent: one is made for the site. */
  readonly existing?: { readonly resourceGroup: string; readonly virtualNetwork: string };
  readonly nodeSubnet?: { readonly name: string; readonly range: string };
  readonly gatewaySubnet?: string;
  readonly podRange?: string;
  readonly serviceRange?: string;
  readonly dnsServiceAddress?: string;
  readonly firstControlPlaneAddress?: string;
  /** What can be reached from the Internet: decides which pipeline agents can work. */
  readonly internet: { readonly application: boolean; readonly kubernetesApi: boolean; readonly management: boolean };
  readonly egress: Egress;
  readonly vpnGateway?: { readonly sku: VpnGatewaySku };
}

export type VpnGatewaySku = "Basic" | "Standard" | "HighPerformance" | "VpnGw1" | "VpnGw2" | "VpnGw3";

export interface Egress {
  /** `listed`: a firewall lets only `destinations` through. */
  readonly allowed: "all" | "listed" | "none";
  readonly destinations: readonly EgressDestination[];
  readonly proxy?: Proxy;
}

export interface EgressDestination {
  readonly purpose:
    "images" | "charts" | "monitoring" | "node-updates" | "identity" | "certificates" | "pipelines" | "other";
  readonly host: string;
  readonly port: number;
}

/** A transparent proxy needs no settings, so it is not named here. */
export interface Proxy {
  readonly http?: string;
  readonly https?: string;
  /** Added to what always goes direct: the cluster's own ranges and the Hub's endpoints. */
  readonly noProxy: readonly string[];
}

/** What the subscription allows. Absent: not known, so it is not checked. */
export interface Quotas {
  readonly virtualMachines?: number;
  readonly cores?: number;
  readonly availabilitySets?: number;
  readonly networkInterfaces?: number;
  readonly publicAddresses?: number;
  readonly loadBalancers?: number;
  readonly vpnGateways?: number;
  readonly vpnConnections?: number;
  readonly managedDiskGiB?: number;
}
