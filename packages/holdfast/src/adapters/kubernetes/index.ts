export { connectInCluster, connectKubeconfig } from "./connect.ts";
export { FIELD_MANAGER } from "./kubernetes-cluster.ts";
export type { KubernetesCluster } from "./kubernetes-cluster.ts";
