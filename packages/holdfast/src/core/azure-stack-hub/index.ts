export {
  addressBlockOf,
  blockHolds,
  blockOf,
  blocksOverlap,
  controlPlaneBlockOf,
  formatAddress,
  internalApiAddressOf,
} from "./address-blocks.ts";
export type { AddressBlock } from "./address-blocks.ts";
export { azureDiskCsiDriverVersionFor, kuredVersionFor } from "./addon-versions.ts";
export { hubApiVersion } from "./api-profiles.ts";
export type { HubResourceType } from "./api-profiles.ts";
export { engineReleaseOf, engineReleases } from "./engine-releases.ts";
export type { EngineRelease } from "./engine-releases.ts";
export { hubEndpoints, publicNameOf } from "./hub-endpoints.ts";
export { defaultNetwork, defaultQuotas, hubLimits, productionMinimum } from "./limits.ts";
export { loadBalancerServicesOf } from "./load-balancers.ts";
export { hasPrivateApi, quotaDemand } from "./quota-demand.ts";
export type { QuotaDemand, QuotaName } from "./quota-demand.ts";
export { clockTime, rebootTimes, windowUse } from "./reboot-times.ts";
export { hubSitesOf, isHubSite, subscriptionsOf } from "./subscriptions.ts";
export type { HubSite, Subscription } from "./subscriptions.ts";
export { vmSizeOf, vmSizes } from "./vm-sizes.ts";
export type { VmSize } from "./vm-sizes.ts";
export { vpnGatewaySkus } from "./vpn-gateway-skus.ts";
