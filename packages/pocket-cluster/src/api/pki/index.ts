export { openPki } from "./pki.ts";
export type { Pki } from "./pki.ts";
export type { KeyPair } from "./certificate.ts";
export { renderKubeconfig, writeKubeconfig } from "./kubeconfig.ts";
