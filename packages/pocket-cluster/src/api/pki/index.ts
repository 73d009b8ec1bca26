export { openPki } from "./pki.ts";
export type { ClientCertificateRequest, Pki, PkiOptions } from "./pki.ts";
export type { KeyPair } from "./certificate.ts";
export { renderKubeconfig, writeKubeconfig } from "./kubeconfig.ts";
export type { Kubeconfig } from "./kubeconfig.ts";
