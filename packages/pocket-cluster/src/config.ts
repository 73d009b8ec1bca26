import type { ImageCommand } from "./node/image-catalogue.ts";

export type { ImageCommand } from "./node/image-catalogue.ts";

/** What one pocket cluster (one site) is started with: `node pocket-cluster.js CONFIG.json`. */
export interface PocketClusterConfig {
  /** Also the node's name. */
  readonly name: string;
  /** Holds `pki/`, `store/`, `pods/<namespace>_<name>_<uid>/`, `logs/`, `admin.kubeconfig`. Made when absent; state survives a restart. */
  readonly dataDir: string;
  readonly network: {
    /** The API server over HTTPS, for example 127.21.0.1:6443; also published at `externalAddress`, same port. */
    readonly api: { readonly address: string; readonly port: number };
    /** Ingress and Services of type LoadBalancer listen here; ports below 1024 are published at port + 8000 (80 -> 8080, 53 -> 8053). */
    readonly externalAddress: string;
    /** First three bytes; a pod gets .1 to .254 of it, for example "127.21.1". */
    readonly podPrefix: string;
    /** First three bytes of the cluster IPs, for example "127.21.2". */
    readonly servicePrefix: string;
  };
  /** Image repository with or without registry, without tag -> local command. A pod's args are appended. */
  readonly images: Readonly<Record<string, ImageCommand>>;
  /** More names or addresses that the API's certificate is good for (those that peers reach it by). */
  readonly apiServerNames: readonly string[];
}
