import type { SiteName } from "../spec/index.ts";
import { waitedForBy } from "./lease.ts";
import type { Lease } from "./lease.ts";

/** What a site's database is to be. It follows from the register alone, so two that read the same give the same order. */
export interface Order {
  readonly role: "primary" | "standby" | "fenced";
  readonly term: number;
  readonly revision: number;
  /** A standby: whom it follows. */
  readonly follows?: SiteName;
  /** A primary: a commit waits for each of them, also from its first on when it was fenced for a while. */
  readonly syncStandbys: readonly SiteName[];
  /** A primary with an empty disk: may it begin a new, empty database? */
  readonly initialize?: boolean;
}

/** `holds`: is it certain that this site's lease runs now? Without that its database is fenced, whatever the register says. */
export function orderFor(lease: Lease, self: SiteName, holds: boolean): Order {
  const { term, revision, primary, established, phase } = lease;
  const fenced: Order = { role: "fenced", term, revision, syncStandbys: [] };
  if (phase === "electing") return fenced;
  if (primary !== self) return { role: "standby", term, revision, follows: primary, syncStandbys: [] };
  const syncStandbys = waitedForBy(lease);
  if (!holds || isSteppingDown(lease)) return { ...fenced, syncStandbys };
  return { role: "primary", term, revision, syncStandbys, initialize: !established };
}

/** The primary stops for a switchover once the target has everything; until then it goes on. */
export function isSteppingDown({ phase, switchover, syncStandbys }: Lease): boolean {
  return phase === "serving" && switchover !== undefined && syncStandbys.includes(switchover.to);
}
