import type { SiteName } from "../spec/index.ts";

/**
 * The value of a store's register: who may write, and which sites could take over. It is decided by the voters (core/quorum) and
 * by nothing else; every order that a database gets is a function of it (order.ts).
 *
 * The safety argument rests on two promises that hold at every moment, whatever else is going on:
 *   A. Every site in `syncStandbys` has every commit that was acknowledged in this term or before.
 *   B. The database of `primary` acknowledges a commit only when all of `syncStandbys` and `joining` have it on disk.
 * B is the order that the database has; it carries `revision`, and an older one is refused. A begins when a standby has
 * been waited for and then seen to have everything that was written before (transition `admit`), is kept by B, and ends before B does: the
 * register drops a standby first, and the database stops waiting for it afterwards.
 */
export interface Lease {
  /** Grows with every election; the fencing token of every order. */
  readonly term: number;
  /** Grows within a term with every change but renewals; starts at 1 and is not set back by a new term. */
  readonly revision: number;
  /** Grows with every renewal of a revision: as long as it moves, the primary's controller is alive. */
  readonly renewal: number;
  /**
   * Of whoever made this value: no two proposals have the same. A value that only one voter accepted can be lost with it, and its numbers
   * are then used again; without a stamp, a site that had seen the lost one would take the new one for a lease that has not moved since.
   */
  readonly stamp?: string;
  readonly phase: "serving" | "electing";
  /** Serving: who may write. Electing: who could until then. */
  readonly primary: SiteName;
  readonly syncStandbys: readonly SiteName[];
  /** Waited for, and not known yet to have everything: each with the revision since which it is. */
  readonly joining: Readonly<Record<string, number>>;
  /** Has there ever been data? Then an empty disk is a lost disk. */
  readonly established: boolean;
  /** While electing. */
  readonly election?: Election;
  /** Asked for and not begun or ended yet. */
  readonly switchover?: SwitchoverRequest;
  /** How the primary became primary. */
  readonly change: PrimaryChange;
  /** By the calendar of the primary's site, while commits are on one site only; for people. */
  readonly aloneSince?: string;
  /**
   * Sites that may lack acknowledged commits, with since when: the size of the loss where an operator lets one of them take over. `aloneSince`
   * is not enough for that: with three sites, one may have been behind long before the last of the others was.
   */
  readonly behindSince?: Readonly<Record<string, string>>;
}

export interface Election {
  /** Who has, or may have, every acknowledged commit. */
  readonly candidates: readonly SiteName[];
  /** A candidate's position, said after it had stopped receiving from the older term for good. */
  readonly reports: Readonly<Record<string, string>>;
  readonly kind: PrimaryChange["kind"];
  /** Who shall win, where it has everything: the target of a switchover. */
  readonly preferred?: SiteName;
  readonly reason: string;
  /** By whom it was asked for, where it was: the id of a request. */
  readonly request?: string;
}

export interface SwitchoverRequest {
  readonly to: SiteName;
  readonly request: string;
  readonly reason: string;
}

export interface PrimaryChange {
  /** `forced`: by an operator who accepted a loss. */
  readonly kind: "begun" | "failover" | "switchover" | "forced";
  readonly from?: SiteName;
  readonly reason: string;
  /** By the calendar of the site that decided it, for people. */
  readonly at: string;
  readonly request?: string;
}

export type Durability = "replicated" | "local-only" | "blocked";

/** What is true of a commit that is acknowledged now. */
export function durabilityOf({ syncStandbys, joining }: Pick<Lease, "syncStandbys" | "joining">): Durability {
  if (syncStandbys.length > 0) return "replicated";
  return Object.keys(joining).length > 0 ? "blocked" : "local-only";
}

/** What of the fleet file a change of the lease depends on. */
export interface LeasePolicy {
  /** In order of preference. */
  readonly sites: readonly SiteName[];
  /** No commit may ever be acknowledged that is on one site only. */
  readonly neverAlone: boolean;
}

/** The first value of a new store: the first site of the file is primary. */
export function firstLease({ sites, neverAlone }: LeasePolicy, at: string): Lease {
  const [primary, ...others] = sites;
  if (primary === undefined) throw new Error("a store has at least one site");
  return {
    term: 1,
    revision: 1,
    renewal: 0,
    phase: "serving",
    primary,
    syncStandbys: [],
    joining: neverAlone ? Object.fromEntries(others.slice(0, 1).map((site) => [site, 1])) : {},
    established: false,
    ...(!neverAlone && { aloneSince: at }),
    behindSince: Object.fromEntries(others.map((site) => [site, at])),
    change: { kind: "begun", reason: "the first site of the fleet file", at },
  };
}

/** Whom the primary's commits wait for. */
export function waitedForBy({ syncStandbys, joining }: Pick<Lease, "syncStandbys" | "joining">): readonly SiteName[] {
  return [...syncStandbys, ...(Object.keys(joining) as SiteName[])];
}

/** Has the site everything that was acknowledged? Then its users see their own writes there, and it could take over. */
export function isInStep({ primary, syncStandbys }: Pick<Lease, "primary" | "syncStandbys">, site: SiteName): boolean {
  return site === primary || syncStandbys.includes(site);
}

/** One moment in a lease's life: it moves as long as somebody looks after it. */
export function momentOf({ term, revision, renewal, stamp }: Lease): string {
  return `${term}.${revision}.${renewal}${stamp === undefined ? "" : ` ${stamp}`}`;
}

/** Is `a` from a later moment than `b`? */
export function isLater(a: Lease, b: Lease): boolean {
  return a.term - b.term > 0 || (a.term === b.term && (a.revision - b.revision || a.renewal - b.renewal) > 0);
}
