import type { ComponentKind, SiteName } from "../spec/index.ts";

/** What the fleet is for, one by one: each needs other parts, so each has its own weak points. */
export const capabilities = ["serve-reads", "serve-writes", "fail-over", "deploy", "restore"] as const;
export type Capability = (typeof capabilities)[number];

/** A place in the fleet file. */
export type Path = readonly (string | number)[];

/** Everything here is predicted: from the fleet file and from figures that are named with their source. */
export interface FaultAnalysis {
  /** Failure domains and parts, each with what is assumed of it. */
  readonly components: readonly FaultComponent[];
  /** One for each capability, in the order of `capabilities`. */
  readonly capabilities: readonly CapabilityAnalysis[];
  /** Ids of components whose loss alone stops writes, and an operator can let them go on before it is repaired. */
  readonly writesByHand: readonly string[];
  /** What is left to carry the load with any one site, and any one host of a Hub, lost. */
  readonly capacity: readonly CapacityAnalysis[];
  /** How long each fault stops users, and what it costs of the data. */
  readonly recovery: readonly RecoveryEstimate[];
}

export interface FaultComponent {
  /** Stable: made of the kind and of names in the file, for example `link/orlando/seattle`. */
  readonly id: string;
  readonly kind: ComponentKind;
  /** For people, for example `the VPN between seattle and orlando`. */
  readonly label: string;
  /** Where in the fleet file it comes from. */
  readonly path: Path;
  /** The site or witness that it stands in; absent: it is shared, or lies between two. */
  readonly site?: SiteName;
  /** The component whose loss is the loss of this one, too: a building of its sites, a site of its parts. */
  readonly within?: string;
  /** So many alike, of which each fails on its own, for example the workers on one host. */
  readonly count: number;
  /** Its maker runs it at many places, and promises a figure for the whole: nothing of ours would add a second. */
  readonly distributed: boolean;
  readonly figures: ComponentFigures;
}

/** Of each one, where there are several alike. */
export interface ComponentFigures {
  /** Mean time between the end of one failure and the next. */
  readonly mtbfMs: number;
  /** Mean time to repair. */
  readonly mttrMs: number;
  /** Part of the time in which it does not work, 0 to 1. */
  readonly unavailability: number;
  /** Published by whom, measured where, or assumed; or the place in the fleet file that says it. */
  readonly source: string;
}

export interface CapabilityAnalysis {
  readonly capability: Capability;
  /** Exact for the model and its figures; absent where the fleet is too large for that. 0 to 1. */
  readonly availability?: number;
  readonly downtimeMsPerYear?: number;
  /**
   * Every minimal set of at most `cutSetOrder` components whose loss ends the capability, the smallest first. An id that
   * stands twice means two of those alike.
   */
  readonly cutSets: readonly (readonly string[])[];
  readonly cutSetOrder: number;
  /** The most important first; only those whose improvement would change anything. Empty without `availability`. */
  readonly importance: readonly Importance[];
}

/** Of one component: of each one, where there are several alike. */
export interface Importance {
  readonly id: string;
  /** How much more often the capability is lost while this one is. */
  readonly birnbaum: number;
  /** The part of the capability's downtime that would go if this one never failed (one of them alone), 0 to 1. */
  readonly fussellVesely: number;
  /** The same as time, for all that are alike together, each counted alone. */
  readonly downtimeMsPerYear: number;
}

export type LostPart =
  | { readonly kind: "site"; readonly site: SiteName }
  /** Of the Hub's hosts the one that holds most nodes. */
  | { readonly kind: "host"; readonly site: SiteName; readonly host: number };

export interface CapacityAnalysis {
  readonly lost: LostPart;
  /** `unknown`: a site that would have to carry the load does not say what its cluster is built of. */
  readonly fits: "yes" | "no" | "unknown";
  readonly shortages: readonly Shortage[];
  /** Sites of unknown size. */
  readonly unknownSites: readonly SiteName[];
}

export type CapacityResource =
  | "cpu"
  | "memory"
  | "nodes"
  | "replicas"
  | "cores quota"
  | "virtual machines quota"
  | "nodes per subscription"
  | "public addresses quota";

export interface Shortage {
  readonly site: SiteName;
  readonly resource: CapacityResource;
  readonly needed: number;
  readonly available: number;
  /** What the two numbers count: `cores`, `GiB`, `nodes`, `addresses`. */
  readonly unit: string;
  readonly path: Path;
}

export type FaultKind =
  | "site-lost"
  | "data-centre-lost"
  | "database-lost"
  | "node-lost"
  | "control-plane-lost"
  | "link-cut"
  | "witness-lost"
  | "restore-from-backup";

export interface RecoveryEstimate {
  readonly fault: FaultKind;
  /** What is lost, for example `site seattle`. */
  readonly lost: string;
  /** The store whose writes are looked at; absent where the application has none. */
  readonly store?: string;
  /** Until users are served again, writes included. */
  readonly rto: RecoverySum;
  /** Acknowledged writes that may be lost, as a span of time. */
  readonly rpo: RecoverySum;
  /** False: nothing in the fleet brings it back by itself; then `needs` says what does. */
  readonly automatic: boolean;
  /** Whichever of an operator's act and the repair is the sooner; absent with `automatic`. */
  readonly needs?: "operator" | "repair" | "restore";
}

export interface RecoverySum {
  /** One after the other; they add up to `totalMs`. */
  readonly terms: readonly RecoveryTerm[];
  readonly totalMs: number;
  /** What goes on at the same time and takes no longer. */
  readonly meanwhile: readonly RecoveryTerm[];
  /** Absent: the file promises nothing, or nothing about this fault. */
  readonly objectiveMs?: number;
  readonly met?: boolean;
}

export interface RecoveryTerm {
  /** For example `the lease runs out`. */
  readonly name: string;
  readonly ms: number;
  /** A path in the fleet file, or which measurement or assumption. */
  readonly from: string;
}
