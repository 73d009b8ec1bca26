import { isLater } from "../../core/failover/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { Log, PeerClusters } from "../../ports/index.ts";
import { followOwnVoter } from "../register/own-voter.ts";
import { following } from "../repeat.ts";
import type { Loop } from "../repeat.ts";

/**
 * For a member without the store's data (the witness): follows what its own voter says of the store's lease. That need not be decided, and is old
 * where the voter is cut off; nothing but the order in which users are sent to living sites may rest on it.
 */
export function leaseHearsay(
  store: string,
  self: SiteName,
  { peers, log }: { readonly peers: PeerClusters; readonly log: Log },
  onLease: (lease: Lease) => void,
): Loop {
  let newest: Lease | undefined;
  const hear = (lease: Lease) => {
    if (newest && isLater(newest, lease)) return;
    newest = lease;
    onLease(lease);
  };
  return following(
    `hearing of the lease of ${store}`,
    (signal, trouble) => followOwnVoter(peers, self, store, hear, signal, trouble),
    log,
  );
}
