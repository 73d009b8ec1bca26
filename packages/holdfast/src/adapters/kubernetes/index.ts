export { connectContext, connectInCluster, connectKubeconfig, knownContexts } from "./connect.ts";
export type { KubernetesCluster } from "./kubernetes-cluster.ts";
export { peerClusters } from "./peer-clusters.ts";
