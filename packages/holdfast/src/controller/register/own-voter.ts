import type { Lease } from "../../core/failover/index.ts";
import { SYSTEM_NAMESPACE } from "../../core/render/kubernetes/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { PeerClusters } from "../../ports/index.ts";
import type { Trouble } from "../trouble.ts";
import { REGISTER_LABEL, stateOf } from "./register-object.ts";

/** Follows what this site's own voter has accepted, so that watching a lease costs no request. It need not be decided. */
export async function followOwnVoter(
  peers: PeerClusters,
  self: SiteName,
  store: string,
  onLease: (lease: Lease) => void,
  signal: AbortSignal,
  trouble: Trouble,
): Promise<void> {
  const cluster = await peers.connect(self, signal);
  const labelSelector = `${REGISTER_LABEL}=${store}`;
  await cluster.follow(
    { apiVersion: "v1", kind: "ConfigMap", namespace: SYSTEM_NAMESPACE, labelSelector },
    (objects) => {
      trouble.over();
      for (const object of objects) {
        try {
          const { accepted } = stateOf<Lease>(object);
          if (accepted) onLease(accepted.register.value);
        } catch (error) {
          trouble.tell(error);
        }
      }
    },
    signal,
    (error) => trouble.tell(error),
  );
}
