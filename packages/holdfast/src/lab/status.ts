import type { SiteState } from "./site-process.ts";
import type { TrafficFigures } from "./traffic-counter.ts";

/** What `holdfast lab status --format json` prints and the live view draws. Times are ISO 8601. */
export interface LabStatus {
  readonly fleet: string;
  readonly file: string;
  readonly supervisor: number;
  readonly phase: "starting" | "ready";
  readonly startedAt: string;
  /** From the command to everything ready; absent before that. */
  readonly readyAfterMs?: number;
  readonly url: string;
  readonly host: string;
  /** Who answers the name now, by DNS; empty when nobody does. */
  readonly answeredBy: readonly string[];
  readonly sites: readonly SiteStatus[];
  readonly links: readonly LinkStatus[];
  readonly stores: readonly StoreStatus[];
  /** Everything that came through the gateway. */
  readonly traffic: TrafficFigures;
  /** The built-in user's own requests, where it runs. */
  readonly user?: TrafficFigures;
  /** The last events, oldest first. */
  readonly events: readonly LabEventRecord[];
  /** Proportional set size of every process of the lab, in bytes. */
  readonly memoryBytes?: number;
}

export interface SiteStatus {
  readonly name: string;
  readonly role: "site" | "witness";
  readonly state: SiteState;
  readonly since: string;
  readonly ingress?: string;
  readonly kubeconfig: string;
  /** Everything of the site on this machine: its logs, its data. */
  readonly folder: string;
  readonly pods: readonly PodStatus[];
  /** This site's own verdicts on the sites, by name. */
  readonly verdicts: Readonly<Record<string, string>>;
}

export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** "Running", or what keeps the pod from it ("CrashLoopBackOff"). */
  readonly status: string;
  readonly restarts: number;
}

export interface LinkStatus {
  readonly between: readonly [string, string];
  readonly state: "up" | "cut";
}

export interface StoreStatus {
  readonly name: string;
  /** By the register, as the site that knows most says it; while electing, who was until then. */
  readonly primary?: string;
  readonly term?: number;
  readonly phase?: "serving" | "electing";
  /** Who could take over without loss. */
  readonly syncStandbys: readonly string[];
  /** How the primary became primary. */
  readonly change?: { readonly kind: string; readonly from?: string; readonly reason: string; readonly at: string };
  /** Asked for and not ended yet. */
  readonly switchover?: { readonly to: string; readonly reason: string };
  readonly sites: readonly {
    readonly site: string;
    readonly role: string;
    readonly lagBytes?: number;
    readonly streaming?: boolean;
  }[];
  /** As the primary's site says it: `replicated`, `local-only` or `blocked`; `unknown` while nobody says it. */
  readonly durability: string;
  readonly reason: string;
}

export interface LabEventRecord {
  readonly at: string;
  readonly text: string;
}
