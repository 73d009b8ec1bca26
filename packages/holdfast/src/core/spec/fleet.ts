import type { Assumptions } from "./assumptions.ts";
import type { Cluster, Network, Platform, Quotas } from "./infrastructure.ts";
import type { Access, Backup, Delivery, Maintenance, Monitoring, Suppression } from "./operations.ts";
import type { SiteName } from "./site-name.ts";

/**
 * The fleet, parsed: every default filled in, every name checked, every reference known to resolve. `parseFleet` is the
 * only way to get one, so the rooms that read it never check it again. docs/reference/fleet-file.md is generated from
 * the schema beside this file.
 */
export interface Fleet {
  readonly name: string;
  /** Why this runs on premises; recorded, because every later choice rests on it. */
  readonly drivers: readonly Driver[];
  readonly objectives: Objectives;
  /** At least one; in the order of the file. */
  readonly sites: readonly Site[];
  readonly witness?: Witness;
  readonly links: readonly Link[];
  readonly application: Application;
  readonly stores: readonly Store[];
  readonly traffic: Traffic;
  readonly backups: readonly Backup[];
  readonly registry: Registry;
  readonly monitoring: Monitoring;
  readonly delivery: Delivery;
  readonly access: Access;
  readonly maintenance: Maintenance;
  /** What predictions go by. */
  readonly assumptions: Assumptions;
  /** What `holdfast check` is to leave out. */
  readonly checks: { readonly suppress: readonly Suppression[] };
  /** Only `holdfast lab` reads it. */
  readonly lab: LabSettings;
}

/** Where images come from. holdfast's own are `<server>/holdfast-controller` and `<server>/holdfast-postgres`. */
export interface Registry {
  readonly server: string;
  readonly pullSecret?: string;
  readonly kind: "azure-container-registry" | "other";
  /** Where Helm charts are kept, for example `oci://contoso.azurecr.io/helm`. */
  readonly charts?: string;
}

export type Driver = "location" | "latency" | "bandwidth" | "connectivity" | "regulation";

export type { SiteName };

/** What the organisation promised. Checked against, never assumed. */
export interface Objectives {
  /** Percent of a year, for example 99.95. */
  readonly availabilityPercent?: number;
  readonly rtoMs?: number;
  readonly rpoMs?: number;
}

export interface Site {
  readonly name: SiteName;
  readonly location: Location;
  readonly platform: Platform;
  /** Absent: a cluster that someone else built and sized. */
  readonly cluster?: Cluster;
  readonly network: Network;
  readonly quotas: Quotas;
  readonly addresses: SiteAddresses;
}

/** Votes and observes; runs no application and holds no personal data. */
export interface Witness {
  readonly name: SiteName;
  readonly location: Location;
  readonly platform: Platform;
  readonly network: Network;
  readonly addresses: SiteAddresses;
}

export interface Location {
  readonly hosting: "on-premises" | "public-cloud";
  /** Two sites with the same data centre share its loss. */
  readonly dataCentre: string;
  readonly region?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** The Azure region next to it, which Traffic Manager's latency tables need. */
  readonly azureRegion?: string;
}

export interface HostPort {
  /** An IPv4 address or a DNS name. */
  readonly host: string;
  readonly port: number;
}

/** Where a site is reached. Each is optional in the file because a first `check` comes before the network is built. */
export interface SiteAddresses {
  /** What DNS answers to users; default port 80 (443 with TLS). */
  readonly ingress?: HostPort;
  /** Where this site's controller answers DNS; default port 53. */
  readonly dns?: HostPort;
  /** How the other sites and the witness reach this one, usually through the VPN. */
  readonly peering: {
    readonly ingress?: HostPort;
    readonly kubernetesApi?: HostPort;
    /** The host where stores listen for the other sites; each store adds its own `peeringPort`. */
    readonly dataHost?: string;
  };
}

export interface Link {
  readonly between: readonly [SiteName, SiteName];
  readonly kind: "vpn" | "public" | "direct";
  readonly latencyMs?: number;
  readonly bandwidthMbps?: number;
}

export interface Application {
  readonly name: string;
  readonly namespace: string;
  /** Of the application's Helm chart; https://semver.org */
  readonly version: string;
  /** In the order of the file. */
  readonly components: readonly Component[];
}

export interface Component {
  readonly name: string;
  /** Registry, repository and tag or digest. */
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly ComponentPort[];
  readonly replicas: Replicas;
  readonly resources: Resources;
  readonly probes: { readonly readiness?: Probe; readonly liveness?: Probe; readonly startup?: Probe };
  /** Plain environment variables, put in a ConfigMap. `${site}` stands for the site's name. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretReference[];
  readonly exposure?: Exposure;
  /** `load-balancer` takes one of a Hub's few public addresses: prefer `exposure`. */
  readonly service: "cluster" | "load-balancer";
  /** Names of components and stores that this one opens connections to: the network policy allows these only. */
  readonly connectsTo: readonly string[];
  readonly terminationGraceSeconds: number;
}

export interface ComponentPort {
  readonly name: string;
  readonly containerPort: number;
  /** The port of the Service; default the container's. */
  readonly servicePort: number;
}

export type Replicas =
  | { readonly kind: "fixed"; readonly count: number }
  | { readonly kind: "autoscaled"; readonly min: number; readonly max: number; readonly targetCpuPercent: number };

/** Kubernetes quantities, as written. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

export interface Probe {
  readonly path: string;
  /** Name of a port of the component. */
  readonly port: string;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
  readonly initialDelaySeconds: number;
}

/** An environment variable taken from a Kubernetes Secret; the value itself is never in the file. */
export interface SecretReference {
  readonly env: string;
  readonly secret: string;
  readonly key: string;
}

export interface Exposure {
  /** Name of a port of the component. */
  readonly port: string;
  readonly paths: readonly { readonly path: string; readonly match: "prefix" | "exact" }[];
}

export type Store = PostgresqlStore | MongodbStore;

/**
 * holdfast runs it: one server a site, the first site's is the primary of a new fleet.
 * Secrets by convention: `<name>-app` (username, password, uri, read-uri) and `<name>-system` (superuser-password,
 * replication-password, agent-token). Services by convention: `<name>-rw`, `<name>-ro`, `<name>-peering`.
 */
export interface PostgresqlStore {
  readonly engine: "postgresql";
  readonly name: string;
  /** Holds data about persons, which must not leave the premises. */
  readonly personalData: boolean;
  readonly database: string;
  readonly owner: string;
  /** In order of preference. */
  readonly sites: readonly SiteName[];
  readonly storage: { readonly size: string; readonly className?: string };
  readonly resources: Resources;
  /** Where the other sites reach this store at `addresses.peering.dataHost`. */
  readonly peeringPort: number;
  /** `replicated`: a commit is acknowledged when a standby has it; `local-only`: when the primary's disk has it. */
  readonly durability: "replicated" | "local-only";
  /** May a primary with no standby left go on alone? */
  readonly whenAlone: "continue" | "block";
  readonly failback: "automatic" | "approved";
  /** With automatic failback: how long a site that returned must have had everything before it becomes primary again. */
  readonly soakMs: number;
  readonly lease: { readonly renewMs: number; readonly ttlMs: number; readonly fenceMarginMs: number };
}

/** MongoDB elects by itself: holdfast checks its votes, watches, and steers by it. */
export interface MongodbStore {
  readonly engine: "mongodb";
  readonly name: string;
  /** Holds data about persons, which must not leave the premises. */
  readonly personalData: boolean;
  readonly database: string;
  readonly replicaSet: string;
  readonly members: readonly MongodbMember[];
  readonly storage: { readonly size: string; readonly className?: string };
  readonly resources: Resources;
  /** Where the other sites reach the first member of this site at `addresses.peering.dataHost`; the next has the next port. */
  readonly peeringPort: number;
  readonly electionTimeoutMs: number;
}

export interface MongodbMember {
  /** A site; an arbiter may also be at the witness. */
  readonly site: SiteName;
  readonly role: "data" | "arbiter";
  readonly votes: 0 | 1;
  readonly priority: number;
}

export interface Traffic {
  /** How names are answered: by the controllers' own DNS servers or by Azure Traffic Manager. */
  readonly provider: "holdfast-dns" | "azure-traffic-manager";
  /** Where the profile is made; present with that provider. */
  readonly azureTrafficManager?: AzureTrafficManager;
  /** The zone delegated to the sites, for example `ratings.example`. */
  readonly zone: string;
  /** The name users open; inside the zone. */
  readonly host: string;
  readonly policy: TrafficPolicy;
  readonly ttlSeconds: number;
  readonly probe: TrafficProbe;
  /** What is answered when every site looks down. */
  readonly whenAllDown: "answer-all" | "answer-none";
  readonly ingressController: IngressController;
  /** RNAME of the SOA as a mail address. */
  readonly hostmaster: string;
  /** TLS at the ingress; `none` only where the file says so. */
  readonly tls:
    | { readonly kind: "none" }
    | { readonly kind: "secret"; readonly secret: string }
    | { readonly kind: "cert-manager"; readonly issuer: string; readonly solver?: CertificateSolver };
}

/**
 * `f5-nginx`: https://github.com/nginx/kubernetes-ingress . `ingress-nginx`: https://github.com/kubernetes/ingress-nginx , retired
 * in March 2026; for those who have it still.
 */
export type IngressController = "f5-nginx" | "traefik" | "ingress-nginx";

/** How cert-manager proves to an authority that the host is ours. Without one, somebody else makes the ClusterIssuer. */
export type CertificateSolver =
  | { readonly kind: "http-01"; readonly email: string; readonly server: string }
  | Dns01Solver
  /** The Secret holds the authority's own certificate and key: `tls.crt`, `tls.key`. */
  | { readonly kind: "private-ca"; readonly secret: string };

export interface Dns01Solver {
  readonly kind: "dns-01";
  readonly email: string;
  /** ACME directory. */
  readonly server: string;
  readonly provider: "azure-dns" | "rfc2136";
  /** Name of the Kubernetes Secret with the credentials to write to the zone. */
  readonly secret: string;
  readonly zone: string;
  /** The server that takes updates; present with rfc2136. */
  readonly nameserver?: HostPort;
}

/** `sites` are those that take part, by default all. */
export type TrafficPolicy =
  | SimpleTrafficPolicy
  | {
      readonly kind: "nested";
      /** How a child is chosen; the child's own policy then chooses the site. */
      readonly by: "priority" | "weighted" | "performance" | "geographic";
      readonly children: readonly TrafficChild[];
    };

export type SimpleTrafficPolicy =
  | { readonly kind: "priority"; readonly order: readonly SiteName[] }
  | { readonly kind: "weighted"; readonly weights: Readonly<Record<string, number>> }
  | { readonly kind: "performance"; readonly sites: readonly SiteName[] }
  | {
      readonly kind: "geographic";
      readonly regions: Readonly<Record<string, readonly string[]>>;
      readonly world: SiteName;
    }
  | {
      readonly kind: "subnet";
      readonly subnets: Readonly<Record<string, readonly string[]>>;
      readonly fallback?: SiteName;
    }
  | { readonly kind: "multi-value"; readonly maxAnswers: number; readonly sites: readonly SiteName[] };

export interface TrafficChild {
  readonly name: string;
  /** With fewer healthy sites the child counts as down. */
  readonly minHealthy: number;
  /** For `by: weighted`. */
  readonly weight: number;
  /** For `by: geographic`: country or region codes; one child has WORLD. */
  readonly regions: readonly string[];
  readonly policy: SimpleTrafficPolicy;
}

export interface AzureTrafficManager {
  /** The profile's name is `<relativeName>.trafficmanager.net`. */
  readonly relativeName: string;
  readonly resourceGroup: string;
}

export interface TrafficProbe {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Consecutive failures until a site counts as down. */
  readonly fall: number;
  /** Consecutive successes until it counts as up again. */
  readonly rise: number;
}

export interface LabSettings {
  /** Image repository (no tag) -> local command, for applications that are not the sample. */
  readonly images: Readonly<Record<string, { readonly command: readonly string[] }>>;
  readonly user: LabUser;
}

/** The lab's built-in user: what it asks through the gateway while somebody watches. */
export interface LabUser {
  /** Paths, asked in turn. Default: `/`, 4 a second. */
  readonly reads: readonly string[];
  readonly readsPerSecond: number;
  /** JSON bodies, posted in turn; default none. */
  readonly writes: readonly { readonly path: string; readonly body: string }[];
  readonly writesPerSecond: number;
}
