import type { Clock, Random } from "../base/index.ts";
import type { OperatorRequest } from "../core/failover/index.ts";
import type { SiteName } from "../core/spec/index.ts";
import type { DatabaseControl, Log, PeerClusters } from "../ports/index.ts";

/** What runs at a site: the production store keeper, started and stopped as its pod is. */
export interface SiteProgram {
  /** Resolves when the signal aborts. A rejection is a violation: a program of ours that stopped by its own mistake. */
  run(signal: AbortSignal): Promise<void>;
  /** An operator asks for something, once. Absent: it takes no requests. */
  operate?(request: OperatorRequest): void;
}

/** The program's outside. A pod that is killed simply hears nothing any more; each start gets ports of its own. */
export interface SitePorts {
  /** This site's own: it drifts, its calendar jumps, and while the site is frozen no sleep ends. */
  readonly clock: Clock;
  readonly random: Random;
  /** The API servers of all voters, as this site reaches them. */
  readonly peers: PeerClusters;
  /** This site's own database. */
  readonly database: DatabaseControl;
  /** Into the transcript. */
  readonly log: Log;
}

export type StartSite = (site: SiteName, ports: SitePorts) => SiteProgram;
