/** The Kubernetes API over HTTPS, on an object store. */
export type { ApiExtensions, ApiServer, ApiServerOptions, PodLogOptions, Usage, UsageMetrics } from "./contract.ts";
export { ISSUER, serviceAccountTokens } from "./access/index.ts";
export type { IssuedToken, ServiceAccountTokens, TokenRequest } from "./access/index.ts";
export { openPki, renderKubeconfig, writeKubeconfig } from "./pki/index.ts";
export type { ClientCertificateRequest, KeyPair, Kubeconfig, Pki, PkiOptions } from "./pki/index.ts";
export { startApiServer } from "./server.ts";
