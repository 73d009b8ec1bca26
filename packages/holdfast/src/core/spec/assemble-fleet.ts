import type { ComponentKind, Figure } from "./assumptions.ts";
import type {
  Fleet,
  HostPort,
  MongodbMember,
  Probe,
  SiteAddresses,
  SiteName,
  SimpleTrafficPolicy,
  Store,
  TrafficPolicy,
} from "./fleet.ts";
import type { Platform } from "./infrastructure.ts";
import type { FleetFile } from "./schema/fleet-file.ts";

/** Fills in the defaults that depend on another part of the file, and gives things the names they have in a Fleet. */
export function assembleFleet(file: FleetFile): Fleet {
  const siteNames = file.sites.map((site) => site.name);
  const ingressPort = file.traffic.tls.kind === "none" ? 80 : 443;
  const place = (site: FileSite) => ({
    platform: platform(site.platform),
    addresses: addresses(site.addresses, ingressPort),
  });
  return {
    name: file.metadata.name,
    drivers: file.metadata.drivers,
    objectives: {
      ...(file.objectives.availability === undefined ? {} : { availabilityPercent: file.objectives.availability }),
      ...(file.objectives.rto === undefined ? {} : { rtoMs: file.objectives.rto }),
      ...(file.objectives.rpo === undefined ? {} : { rpoMs: file.objectives.rpo }),
    },
    sites: file.sites.map((site) => ({ ...site, ...place(site) })),
    ...(file.witness === undefined ? {} : { witness: { ...file.witness, ...place(file.witness) } }),
    links: file.links.map(({ between, kind, latency, bandwidth }) => ({
      between,
      kind,
      ...(latency === undefined ? {} : { latencyMs: latency }),
      ...(bandwidth === undefined ? {} : { bandwidthMbps: bandwidth }),
    })),
    application: application(file.application),
    stores: file.stores.map(store),
    traffic: traffic(file.traffic, siteNames),
    backups: file.backups,
    registry: file.registry,
    monitoring: file.monitoring,
    delivery: { ...file.delivery, stages: file.delivery.stages ?? siteNames },
    access: {
      ...file.access,
      groups: file.access.groups.map((group) => ({
        ...group,
        roles: group.roles.map((role) => ({ ...role, sites: role.sites ?? siteNames })),
      })),
    },
    maintenance: {
      ...file.maintenance,
      windows: file.maintenance.windows.map(({ start, duration, ...window }) => ({
        ...window,
        startMinute: start,
        durationMs: duration,
      })),
    },
    assumptions: assumptions(file.assumptions),
    checks: file.checks,
    lab: file.lab,
  };
}

type FileFigure = NonNullable<FleetFile["assumptions"]["figures"][ComponentKind]>;

function assumptions({ figures, ...rest }: FleetFile["assumptions"]): Fleet["assumptions"] {
  const kinds = Object.keys(figures) as ComponentKind[];
  return { ...rest, figures: Object.fromEntries(kinds.map((kind) => [kind, figure(figures[kind] ?? {})])) };
}

/** The schema lets no other combination through. */
function figure({ availability: percent, mtbf: mtbfMs = 0, mttr: mttrMs }: FileFigure): Figure {
  if (percent === undefined) return { kind: "times", mtbfMs, mttrMs: mttrMs ?? 0 };
  return { kind: "availability", percent, ...(mttrMs === undefined ? {} : { mttrMs }) };
}

type FileSite = Pick<FleetFile["sites"][number], "platform" | "addresses">;

/** The portal's address names the Hub's region and the suffix of all its endpoints: `https://portal.<region>.<suffix>`. */
function platform(file: FileSite["platform"]): Platform {
  if (file.kind === "kubernetes") return file;
  const [, region = "", ...suffix] = file.portalUrl
    .replace(/^https:\/\//, "")
    .replace(/\/$/, "")
    .split(".");
  return { ...file, region, suffix: suffix.join(".") };
}

function addresses(file: FileSite["addresses"], ingressPort: number): SiteAddresses {
  const { ingress, dns, peering } = file;
  return {
    ...(ingress === undefined ? {} : { ingress: withPort(ingress, ingressPort) }),
    ...(dns === undefined ? {} : { dns: withPort(dns, 53) }),
    peering: {
      ...(peering.ingress === undefined ? {} : { ingress: withPort(peering.ingress, ingressPort) }),
      ...(peering.kubernetesApi === undefined ? {} : { kubernetesApi: withPort(peering.kubernetesApi, 6443) }),
      ...(peering.dataHost === undefined ? {} : { dataHost: peering.dataHost }),
    },
  };
}

function withPort(address: { host: string; port?: number }, port: number): HostPort {
  return { host: address.host, port: address.port ?? port };
}

function application(file: FleetFile["application"]): Fleet["application"] {
  return {
    name: file.name,
    namespace: file.namespace ?? file.name,
    version: file.version,
    components: file.components.map(({ ports, probes, terminationGrace, ...component }) => ({
      ...component,
      ports: ports.map(({ name, port, servicePort }) => ({
        name,
        containerPort: port,
        servicePort: servicePort ?? port,
      })),
      probes: {
        ...(probes.readiness === undefined ? {} : { readiness: probe(probes.readiness) }),
        ...(probes.liveness === undefined ? {} : { liveness: probe(probes.liveness) }),
        ...(probes.startup === undefined ? {} : { startup: probe(probes.startup) }),
      },
      terminationGraceSeconds: terminationGrace,
    })),
  };
}

type FileProbe = NonNullable<FleetFile["application"]["components"][number]["probes"]["readiness"]>;

function probe({ period, timeout, initialDelay, ...rest }: FileProbe): Probe {
  return { ...rest, periodSeconds: period, timeoutSeconds: timeout, initialDelaySeconds: initialDelay };
}

function store(file: FleetFile["stores"][number]): Store {
  if (file.engine === "postgresql") {
    const { soak: soakMs, ...postgresql } = file;
    const { renew, ttl, fenceMargin } = file.lease;
    return { ...postgresql, soakMs, lease: { renewMs: renew, ttlMs: ttl, fenceMarginMs: fenceMargin } };
  }
  const { electionTimeout, members, ...rest } = file;
  return {
    ...rest,
    members: members.map((member): MongodbMember => ({
      ...member,
      votes: member.votes === 0 ? 0 : 1,
      priority: member.priority ?? (member.role === "arbiter" ? 0 : 1),
    })),
    electionTimeoutMs: electionTimeout,
  };
}

function traffic(file: FleetFile["traffic"], siteNames: readonly SiteName[]): Fleet["traffic"] {
  const { ttl, probe: fileProbe, hostmaster, policy, tls, ...rest } = file;
  return {
    ...rest,
    tls: certificate(tls, file.zone),
    policy: trafficPolicy(policy, siteNames),
    ttlSeconds: ttl,
    probe: {
      path: fileProbe.path,
      intervalMs: fileProbe.interval,
      timeoutMs: fileProbe.timeout,
      fall: fileProbe.fall,
      rise: fileProbe.rise,
    },
    hostmaster: hostmaster ?? `hostmaster@${file.zone}`,
  };
}

function certificate(tls: FleetFile["traffic"]["tls"], zone: string): Fleet["traffic"]["tls"] {
  if (tls.kind !== "cert-manager") return tls;
  const { solver: fileSolver, ...rest } = tls;
  if (fileSolver === undefined) return rest;
  if (fileSolver.kind !== "dns-01") return { ...rest, solver: fileSolver };
  const { nameserver, ...solver } = fileSolver;
  return {
    ...rest,
    solver: {
      ...solver,
      zone: solver.zone ?? zone,
      ...(nameserver === undefined ? {} : { nameserver: withPort(nameserver, 53) }),
    },
  };
}

type FilePolicy = FleetFile["traffic"]["policy"];

function trafficPolicy(file: FilePolicy, siteNames: readonly SiteName[]): TrafficPolicy {
  if (file.kind !== "nested") return simplePolicy(file, siteNames);
  return {
    ...file,
    children: file.children.map((child) => ({ ...child, policy: simplePolicy(child.policy, siteNames) })),
  };
}

function simplePolicy(
  file: Exclude<FilePolicy, { kind: "nested" }>,
  siteNames: readonly SiteName[],
): SimpleTrafficPolicy {
  return file.kind === "performance" || file.kind === "multi-value"
    ? { ...file, sites: file.sites ?? siteNames }
    : file;
}
