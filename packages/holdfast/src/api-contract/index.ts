export { newestReport } from "./newest-report.ts";
export type { StoreReport } from "./newest-report.ts";
export type { SiteStatus, StoreStatus, SiteVerdict } from "./site-status.ts";
export { statusConfigMap, statusKey } from "./site-status.ts";
export { parseStoreRequest, REQUEST_LABEL, requestConfigMap, requestKeys } from "./store-request.ts";
export type { StoreAnswer, StoreRequest } from "./store-request.ts";
