import { engineReleaseOf, hasPrivateApi, hubEndpoints } from "../../../azure-stack-hub/index.ts";
import type { HubSite } from "../../../azure-stack-hub/index.ts";
import type { Cluster, Fleet, WorkerPool } from "../../../spec/index.ts";
import { PLACEHOLDERS, addressSpaceOf, hasOwnNetwork, keyVaultId, needsVolumes, subnetId } from "../site-facts.ts";

/**
 * The cluster definition for `aks-engine-azurestack deploy`, in the shape of its examples/azure-stack/kubernetes-azurestack.json
 * (commit ff9dfe9), keys in that order. It holds no secret. The engine refuses keys that it does not know, so there is nothing of
 * our own in it.
 */
export function buildApiModel(fleet: Fleet, site: HubSite): ApiModel {
  const { platform, cluster } = site;
  return {
    apiVersion: "vlabs",
    location: platform.region,
    properties: {
      orchestratorProfile: {
        orchestratorRelease: cluster.kubernetesVersion.split(".").slice(0, 2).join("."),
        orchestratorVersion: cluster.kubernetesVersion,
        kubernetesConfig: kubernetesConfig(fleet, site),
      },
      customCloudProfile: {
        portalURL: hubEndpoints(platform).portal,
        identitySystem: platform.identity === "adfs" ? "adfs" : "azure_ad",
        authenticationMethod: platform.authentication === "client-certificate" ? "client_certificate" : "client_secret",
        dependenciesLocation: platform.engine.dependencies,
      },
      // The engine would report to Microsoft; nothing in the fleet file allows that.
      featureFlags: { enableTelemetry: false },
      masterProfile: {
        dnsPrefix: cluster.dnsPrefix,
        ...distroOf(site),
        count: cluster.controlPlane.count,
        vmSize: cluster.controlPlane.vmSize,
        osDiskSizeGB: cluster.controlPlane.osDiskGiB,
        availabilityProfile: "AvailabilitySet",
        ...subjectAltNames(site),
        ...vnetOf(site),
        ...controlPlaneAddresses(site),
      },
      agentPoolProfiles: cluster.workerPools.map((pool) => agentPool(site, pool)),
      linuxProfile: {
        adminUsername: cluster.ssh.user,
        ssh: { publicKeys: [{ keyData: cluster.ssh.publicKey }] },
        enableUnattendedUpgrades: fleet.maintenance.unattendedUpgrades,
        // A node would fetch updates before it joins: a disconnected Hub has none, and a filtered one may take hours.
        runUnattendedUpgradesOnBootstrap: false,
      },
      servicePrincipalProfile: servicePrincipal(site),
    },
  };
}

/** JSON: what the engine knows is a matter of `checkApiModel`, for it reads text as well. */
export type ApiModel = Readonly<Record<string, unknown>>;

function kubernetesConfig(fleet: Fleet, site: HubSite): ApiModel {
  const { cluster, network } = site;
  return {
    // The engine's sample for the Hub: its Resource Manager throttles earlier than public Azure's.
    cloudProviderBackoff: true,
    cloudProviderBackoffRetries: 1,
    cloudProviderBackoffDuration: 30,
    cloudProviderRateLimit: true,
    cloudProviderRateLimitQPS: 100,
    cloudProviderRateLimitBucket: 150,
    cloudProviderRateLimitQPSWrite: 25,
    cloudProviderRateLimitBucketWrite: 30,
    useCloudControllerManager: true,
    useInstanceMetadata: false,
    networkPlugin: cluster.networkPlugin,
    ...(cluster.networkPolicy === undefined ? {} : { networkPolicy: cluster.networkPolicy }),
    ...(network.podRange === undefined ? {} : { clusterSubnet: network.podRange }),
    ...(network.serviceRange === undefined ? {} : { serviceCidr: network.serviceRange }),
    ...(network.dnsServiceAddress === undefined ? {} : { dnsServiceIP: network.dnsServiceAddress }),
    etcdDiskSizeGB: String(cluster.controlPlane.etcdDiskGiB),
    ...(hasPrivateApi(site) ? { privateCluster: { enabled: true } } : {}),
    kubeletConfig: { "--node-status-update-frequency": "1m" },
    controllerManagerConfig: {
      "--node-monitor-grace-period": "5m",
      ...evictionTimeout(cluster),
      "--route-reconciliation-period": "1m",
    },
    // A Hub's cluster has no driver for volumes unless it asks for one.
    ...(needsVolumes(fleet, site) ? { addons: [{ name: "azuredisk-csi-driver", enabled: true }] } : {}),
  };
}

/** Kubernetes has not known the flag since 1.27; the engine drops it there. */
function evictionTimeout({ kubernetesVersion }: Cluster): ApiModel {
  const minor = Number(kubernetesVersion.split(".")[1]);
  return minor < 27 ? { "--pod-eviction-timeout": "5m" } : {};
}

/** A release works with one base image only; `checkApiModel` refuses a release that we do not know. */
function distroOf({ platform }: HubSite): ApiModel {
  const distro = engineReleaseOf(platform.engine.version)?.distro;
  return distro === undefined ? {} : { distro };
}

/** The other sites' controllers come to the API server by this name, which its certificate must have. */
function subjectAltNames({ addresses }: HubSite): ApiModel {
  const api = addresses.peering.kubernetesApi;
  return api === undefined ? {} : { subjectAltNames: [api.host] };
}

function vnetOf(site: HubSite): ApiModel {
  const subnet = subnetId(site);
  return subnet === undefined ? {} : { vnetSubnetId: subnet };
}

function controlPlaneAddresses(site: HubSite): ApiModel {
  if (!hasOwnNetwork(site)) return {};
  const { network } = site;
  const space = addressSpaceOf(network);
  return {
    ...(network.firstControlPlaneAddress === undefined
      ? {}
      : { firstConsecutiveStaticIP: network.firstControlPlaneAddress }),
    // Absent, the engine takes 10.0.0.0/8, which hides the other sites' ranges from address translation.
    ...(space === undefined ? {} : { vnetCidr: space }),
  };
}

function agentPool(site: HubSite, pool: WorkerPool): ApiModel {
  return {
    name: pool.name,
    count: pool.count,
    vmSize: pool.vmSize,
    ...distroOf(site),
    osDiskSizeGB: pool.osDiskGiB,
    ...(pool.dataDisksGiB.length === 0 ? {} : { diskSizesGB: pool.dataDisksGiB }),
    // The engine's default is scale sets, which the Hub's clusters cannot be made of.
    availabilityProfile: "AvailabilitySet",
    AcceleratedNetworkingEnabled: false,
    ...(Object.keys(pool.labels).length === 0 ? {} : { customNodeLabels: sorted(pool.labels) }),
    ...vnetOf(site),
  };
}

function servicePrincipal(site: HubSite): ApiModel {
  const { clientId, keyVaultSecret } = site.platform.servicePrincipal;
  // Both empty: only then does the engine take them from its command line.
  if (keyVaultSecret === undefined) return { clientId: "", secret: "" };
  return {
    clientId: clientId ?? PLACEHOLDERS.clientId,
    keyvaultSecretRef: { vaultID: keyVaultId(site, keyVaultSecret), secretName: keyVaultSecret.name },
  };
}

function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
