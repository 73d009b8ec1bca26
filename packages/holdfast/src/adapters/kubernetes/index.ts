export { connectInCluster, connectKubeconfig } from "./connect.ts";
export type { KubernetesCluster } from "./kubernetes-cluster.ts";
