import type { StoreStatus } from "../../api-contract/index.ts";
import { durabilityOf } from "../../core/failover/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { DatabaseState } from "../../ports/index.ts";

export interface StoreKnowledge {
  readonly name: string;
  readonly self: SiteName;
  readonly lease: Lease | undefined;
  /** What is left of this site's own lease. */
  readonly leaseMs: number;
  /** Why the register cannot be read or changed; else empty. */
  readonly trouble: string;
  readonly database: { readonly state: DatabaseState | undefined; readonly trouble: string };
}

/** What this site says of a store to people, the lab and the other commands. */
export function describeStatus({ name, self, lease, leaseMs, trouble, database }: StoreKnowledge): StoreStatus {
  const { state } = database;
  const lag = (state?.replicas ?? []).flatMap(({ name: site, lagBytes }) =>
    lagBytes === undefined ? [] : [[site, lagBytes] as const],
  );
  const leads = lease?.primary === self && lease.phase === "serving";
  return {
    name,
    role: state?.role ?? "unreachable",
    syncStandbys: lease?.syncStandbys ?? [],
    lag: Object.fromEntries(lag),
    reason: reasonOf({ lease, trouble, database, leads }),
    ...(state?.streaming !== undefined && { streaming: state.streaming }),
    ...(state?.position !== undefined && { position: state.position }),
    ...(lease && {
      primary: lease.primary,
      term: lease.term,
      phase: lease.phase,
      change: lease.change,
      since: lease.change.at,
      ...(leads && { durability: durabilityOf(lease), leaseMs }),
      ...(leads && lease.aloneSince !== undefined && { aloneSince: lease.aloneSince }),
      ...(lease.switchover && { switchover: { to: lease.switchover.to, reason: lease.switchover.reason } }),
    }),
  };
}

function reasonOf({
  lease,
  trouble,
  database,
  leads,
}: Pick<StoreKnowledge, "lease" | "trouble" | "database"> & { readonly leads: boolean }): string {
  if (trouble !== "") return trouble;
  if (!database.state) return `its database does not answer: ${database.trouble}`;
  if (database.state.reason !== "") return database.state.reason;
  if (!leads || !lease) return "";
  const durability = durabilityOf(lease);
  if (durability === "blocked") return "commits wait until a standby has everything";
  return durability === "local-only" ? "no standby is in sync: commits are on this site only" : "";
}
