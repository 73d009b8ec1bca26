import type { SiteName } from "../core/spec/index.ts";
import type { Cluster } from "./cluster.ts";

/** The Kubernetes API servers that hold a vote: this site's own, and each peer's as this site reaches it. */
export interface PeerClusters {
  /** Rejects with a ClusterError: "refused" where there is no login for that site yet. Cheap when it was asked before. */
  connect(voter: SiteName, signal: AbortSignal): Promise<Cluster>;
}
