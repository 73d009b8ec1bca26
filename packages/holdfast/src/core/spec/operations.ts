import type { SiteName } from "./site-name.ts";

/** What keeps a fleet alive after its first day: backups, monitoring, delivery, access and maintenance. */

/** A backup that was taken at a site goes to the first target that is not that site. */
export interface Backup {
  readonly store: string;
  /** Cron, five fields, UTC. */
  readonly schedule: string;
  /** How many are kept. */
  readonly keep: number;
  readonly targets: readonly SiteName[];
  readonly external: readonly ExternalBackupTarget[];
  /** Cron: how often a backup is restored elsewhere and read, because only a restored backup is one. */
  readonly rehearsal?: string;
}

export interface ExternalBackupTarget {
  readonly name: string;
  readonly kind: "s3" | "azure-blob" | "nfs" | "smb";
  readonly url: string;
  readonly hosting: "on-premises" | "public-cloud";
  /** Name of the Kubernetes Secret with the credentials. */
  readonly secret?: string;
  readonly encrypted: boolean;
}

export interface Monitoring {
  readonly kind: "none" | "prometheus" | "azure-monitor";
  readonly hosting: "on-premises" | "public-cloud";
  /** Name of the Log Analytics workspace. */
  readonly workspace?: string;
  readonly retentionDays: number;
  /** Fields of logs and metrics that are personal: they never leave a site. */
  readonly personalFields: readonly string[];
  readonly alertMail?: string;
}

export interface Delivery {
  readonly kind: "none" | "azure-pipelines" | "github-actions" | "jenkins";
  /** `server`: an Azure DevOps Server on premises. */
  readonly hosting: "services" | "server";
  readonly repository?: {
    readonly kind: "azure-repos" | "github" | "git";
    readonly url: string;
    readonly branch: string;
  };
  /** Agent pool for each site whose endpoints Microsoft's agents cannot reach. */
  readonly selfHostedPools: Readonly<Record<string, string>>;
  /** Sites are changed in this order, each after the one before is healthy; by default the order of the file. */
  readonly stages: readonly SiteName[];
  /** A person says yes between stages. */
  readonly approval: boolean;
}

export interface Access {
  readonly secrets: { readonly kind: "kubernetes" | "azure-key-vault" | "hashicorp-vault"; readonly vault?: string };
  readonly groups: readonly Group[];
  /** Public keys of age, `age1...`: who can open what AKS Engine writes, which holds every key of a cluster. */
  readonly stateRecipients: readonly string[];
}

/** A group of the directory. The same groups are used at every site; one nests the others. */
export interface Group {
  readonly name: string;
  readonly purpose: string;
  /** Names of groups whose members are members of this one. */
  readonly includes: readonly string[];
  /** Id of the group in the directory. */
  readonly objectId?: string;
  readonly roles: readonly RoleAssignment[];
}

export interface RoleAssignment {
  /** Default: every site. */
  readonly sites: readonly SiteName[];
  readonly plane: "azure" | "kubernetes";
  /** `Owner`, `Contributor` or `Reader`; for Kubernetes the name of a ClusterRole. */
  readonly role: string;
}

export interface Maintenance {
  /** Nodes install security updates by themselves. */
  readonly unattendedUpgrades: boolean;
  /** Reboots that updates ask for; `kured` drains and reboots one node at a time. */
  readonly reboots: "kured" | "manual";
  readonly windows: readonly MaintenanceWindow[];
}

/** When disturbing work may be done at a site. Two sites never at the same time. */
export interface MaintenanceWindow {
  readonly site: SiteName;
  readonly days: readonly Weekday[];
  /** Minutes after midnight. */
  readonly startMinute: number;
  readonly durationMs: number;
  /** IANA name. */
  readonly timeZone: string;
}

export type Weekday = "mo" | "tu" | "we" | "th" | "fr" | "sa" | "su";

/** A finding of `holdfast check` that is known and accepted for a while. */
export interface Suppression {
  readonly rule: string;
  /** At this path and below; absent: everywhere. */
  readonly path?: string;
  readonly reason: string;
  /** ISO date: the last day on which it counts. */
  readonly until: string;
}
