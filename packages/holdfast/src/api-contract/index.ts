export type { SiteStatus, StoreStatus, SiteVerdict } from "./site-status.ts";
export { statusConfigMap, statusKey } from "./site-status.ts";
