import type { AzureStackHub } from "../spec/index.ts";

/** URLs without a slash at the end; names without a scheme or a dot at either end. */
interface HubEndpoints {
  /** One Azure Stack Hub from another: `<region>.<suffix>`. */
  readonly hub: string;
  readonly portal: string;
  /** Resource Manager. */
  readonly management: string;
  readonly adminPortal: string;
  readonly adminManagement: string;
  readonly vaultDnsSuffix: string;
  readonly storageSuffix: string;
  /** The engine's own setting: it puts the region before it. */
  readonly vmDnsSuffix: string;
}

/**
 * What follows from `https://portal.<region>.<suffix>`, as aks-engine-azurestack@ff9dfe9 pkg/api/defaults-custom-cloud-profile.go
 * derives it; the administrator's two are the Hub's well-known names.
 */
export function hubEndpoints({ region, suffix }: Pick<AzureStackHub, "region" | "suffix">): HubEndpoints {
  const hub = `${region}.${suffix}`;
  return {
    hub,
    portal: `https://portal.${hub}`,
    management: `https://management.${hub}`,
    adminPortal: `https://adminportal.${hub}`,
    adminManagement: `https://adminmanagement.${hub}`,
    vaultDnsSuffix: `vault.${hub}`,
    storageSuffix: hub,
    vmDnsSuffix: `cloudapp.${suffix}`,
  };
}

/** The name that the Hub gives to a public address with this DNS label, for example a cluster's API server. */
export function publicNameOf({ region, suffix }: Pick<AzureStackHub, "region" | "suffix">, dnsLabel: string): string {
  return `${dnsLabel}.${region}.cloudapp.${suffix}`;
}
