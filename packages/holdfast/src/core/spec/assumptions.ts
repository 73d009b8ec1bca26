/** What may fail, one kind a line: `assumptions.figures` and the fault analysis name them so. */
export const componentKinds = {
  "data-centre": "A building with its power and cooling.",
  "cloud-region": "A region of a public cloud.",
  hub: "One Azure Stack Hub as a whole.",
  site: "Everything under a cluster that is not on a Hub: hosts, storage, network.",
  witness: "Everything under the witness.",
  host: "One host of a Hub, a fault domain.",
  "control-plane-node": "One control-plane node.",
  "worker-node": "One worker node.",
  "control-plane": "Control plane of a cluster whose nodes the file does not name.",
  workers: "Workers of a cluster whose nodes the file does not name, together.",
  "vpn-gateway": "VPN gateway of a site.",
  link: "What joins two sites.",
  database: "One database server with its volume, or one arbiter.",
  ingress: "Ingress controller of a site.",
  "dns-server": "DNS server of a site's controller.",
  "traffic-manager": "Azure Traffic Manager.",
  registry: "Container registry.",
  "identity-provider": "Directory that clusters and pipelines sign in to.",
  "certificate-issuer": "Authority that issues certificates.",
  "secrets-store": "Vault.",
  "pipeline-service": "What runs the pipelines.",
  repository: "Git repository.",
  "agent-pool": "Pool of pipeline agents.",
  "backup-target": "Place where backups are kept.",
} as const;
export type ComponentKind = keyof typeof componentKinds;

/** What the organisation knows better than our defaults, which docs/reference/availability-figures.md lists. */
export interface Assumptions {
  readonly figures: Readonly<Partial<Record<ComponentKind, Figure>>>;
  /** Of all components of the application at one site, at the busiest time and with every site up; a CPU quantity. */
  readonly peakCpuPerSite?: string;
}

/** Mean times between failures and to repair; or the part of the time in which it works, with our time to repair if none is given. */
export type Figure =
  | { readonly kind: "times"; readonly mtbfMs: number; readonly mttrMs: number }
  | { readonly kind: "availability"; readonly percent: number; readonly mttrMs?: number };
