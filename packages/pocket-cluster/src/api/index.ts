/** The Kubernetes API over HTTPS, on an object store. */
export type { ApiServer, ApiServerOptions, UsageMetrics } from "./contract.ts";
export { serviceAccountTokens } from "./access/index.ts";
export { openPki, renderKubeconfig, writeKubeconfig } from "./pki/index.ts";
export type { Pki } from "./pki/index.ts";
export { startApiServer } from "./server.ts";
