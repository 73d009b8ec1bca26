import { engineReleaseOf, hubEndpoints, vmSizeOf } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { shellQuote } from "../formats/index.ts";
import { apiServerOf, hasOwnNetwork, sshHostOf, subscriptionId, virtualNetworkOf } from "./site-facts.ts";

type Setting = string | number | readonly (string | number)[];

/** `cluster.sh`: what the scripts, which are the same for every site, know about this one. Nothing in it is secret. */
export function clusterSettings(fleet: Fleet, site: HubSite, modelSha256: string): string {
  const lines = Object.entries(settings(fleet, site, modelSha256)).map(([name, value]) => `${name}=${word(value)}`);
  return [
    "# shellcheck shell=bash disable=SC2034",
    "# Rendered by holdfast: change the fleet file, and render again.",
    ...lines,
    "",
  ].join("\n");
}

function settings(fleet: Fleet, site: HubSite, modelSha256: string): Readonly<Record<string, Setting>> {
  const { platform, cluster, network } = site;
  const { controlPlane, workerPools } = cluster;
  const endpoints = hubEndpoints(platform);
  const image = engineReleaseOf(platform.engine.version)?.baseImage;
  const vnet = virtualNetworkOf(site);
  return {
    FLEET: fleet.name,
    SITE: site.name,
    MODEL_SHA256: modelSha256,
    LOCATION: platform.region,
    RESOURCE_GROUP: platform.resourceGroup,
    SUBSCRIPTION: platform.subscription,
    SUBSCRIPTION_ID: subscriptionId(site) ?? "",
    CLIENT_ID: platform.servicePrincipal.clientId ?? "",
    IDENTITY_SYSTEM: platform.identity === "adfs" ? "adfs" : "azure_ad",
    AUTH_METHOD: platform.authentication === "client-certificate" ? "client_certificate" : "client_secret",
    CLUSTER_SECRET: platform.servicePrincipal.keyVaultSecret === undefined ? "command-line" : "key-vault",
    CLOUD_NAME: `holdfast-${site.name}`,
    API_PROFILE: platform.apiProfile,
    PORTAL_URL: endpoints.portal,
    MANAGEMENT_URL: endpoints.management,
    STORAGE_SUFFIX: endpoints.storageSuffix,
    VAULT_SUFFIX: endpoints.vaultDnsSuffix,
    ENGINE_VERSION: platform.engine.version,
    BASE_IMAGE_NAME: image?.name ?? "",
    BASE_IMAGE_VERSION: image?.version ?? "",
    KUBERNETES_VERSION: cluster.kubernetesVersion,
    DNS_PREFIX: cluster.dnsPrefix,
    API_SERVER: apiServerOf(site),
    SSH_HOST: sshHostOf(site),
    CONTROL_PLANE_COUNT: controlPlane.count,
    POOL_NAMES: workerPools.map(({ name }) => name),
    POOL_COUNTS: workerPools.map(({ count }) => count),
    NETWORK_PLUGIN: cluster.networkPlugin,
    VNET_RESOURCE_GROUP: vnet.resourceGroup,
    VNET: vnet.virtualNetwork,
    SUBNET: hasOwnNetwork(site) ? (network.nodeSubnet?.name ?? "") : "",
    ...needs(site),
    STATE_RECIPIENTS: fleet.access.stateRecipients,
  };
}

/** With one more of the largest: an upgrade makes a node before it takes one away. */
function needs({ cluster: { controlPlane, workerPools } }: HubSite): Readonly<Record<string, number>> {
  const machines = [controlPlane, ...workerPools].map(({ count, vmSize }) => ({
    count,
    cores: vmSizeOf(vmSize)?.vCpus ?? 0,
  }));
  const spare = Math.max(...machines.map(({ cores }) => cores));
  return {
    VMS_NEEDED: machines.reduce((sum, { count }) => sum + count, 1),
    CORES_NEEDED: machines.reduce((sum, { count, cores }) => sum + count * cores, spare),
  };
}

function word(value: Setting): string {
  return Array.isArray(value)
    ? `(${value.map((item) => shellQuote(String(item))).join(" ")})`
    : shellQuote(String(value));
}
