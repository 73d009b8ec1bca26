import type { EgressDestination, Fleet, Member } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { Endpoint } from "../hosts.ts";
import { endpointOfUrl, hostMatches, registryOf, siteOfHost } from "../hosts.ts";
import type { DesignRule, Path, Severity, Violation } from "../rule.ts";

type Purpose = EgressDestination["purpose"];

/** A connection that a site must be able to open. Without a host any destination of the purpose will do. */
interface Need {
  readonly purpose: Purpose;
  readonly what: string;
  readonly to?: Endpoint;
  readonly severity: Severity;
  /** What in the file makes it needed. */
  readonly from: Path;
}

export const egressPlanned: DesignRule = {
  id: "egress-planned",
  severity: "error",
  requirements: ["R7", "R54", "R60", "R61", "R62", "R68", "R69", "R70"],
  asks: "A site whose firewall lets through a list has in it everything that the fleet needs.",
  why: "What is missing is found out when a node is replaced or a certificate is renewed: late, and at every site at once.",
  example: {
    broken: "- { purpose: pipelines, host: visualstudio.com }",
    fixed: "- { purpose: pipelines, host: dev.azure.com }",
  },
  *check(fleet) {
    for (const [index, place] of membersOf(fleet).entries()) {
      const path = place.role === "site" ? ["sites", index] : ["witness"];
      yield* checkPlace(fleet, place, [...path, "network", "egress"]);
    }
  },
};

function* checkPlace(fleet: Fleet, place: Member, path: Path): Iterable<Violation> {
  const { allowed, destinations } = place.network.egress;
  if (allowed === "all") return;
  const missing = new Map<string, Need>();
  for (const need of needs(fleet, place)) {
    if (allowed === "listed" && destinations.some((destination) => serves(destination, need))) continue;
    if (need.to !== undefined && siteOfHost(fleet, need.to.host)?.name === place.name) continue;
    const key = need.to === undefined ? need.purpose : `${need.to.host}:${need.to.port}`;
    if (!missing.has(key)) missing.set(key, need);
  }
  for (const { purpose, what, to, severity, from } of missing.values()) {
    const where = to === undefined ? purpose : to.port === 443 ? to.host : `${to.host}:${to.port}`;
    yield {
      path: [...path, allowed === "none" ? "allowed" : "destinations"],
      severity,
      message:
        allowed === "none"
          ? `nothing may leave ${place.name}, and ${what} needs ${where}`
          : `the firewall of ${place.name} does not let through ${where}, which ${what} needs`,
      hint: `Add to egress.destinations: { purpose: ${purpose}, host: ${to?.host ?? "..."}${to === undefined || to.port === 443 ? "" : `, port: ${to.port}`} }`,
      related: [{ path: from, message: "needed for this" }],
    };
  }
}

/** A firewall looks at host and port, not at what they are for. */
function serves(destination: EgressDestination, { purpose, to }: Need): boolean {
  if (to === undefined) return destination.purpose === purpose;
  return hostMatches(destination.host, to.host) && destination.port === to.port;
}

function needs(fleet: Fleet, place: Member): Need[] {
  const { registry } = fleet;
  const own: Need = {
    purpose: "images",
    what: "holdfast's own controller",
    to: endpointOfUrl(registry.server),
    severity: "error",
    from: ["registry", "server"],
  };
  const layers: Need[] =
    registry.kind === "azure-container-registry"
      ? [
          {
            purpose: "images",
            what: "Azure's registry, which sends image layers from its storage,",
            // https://learn.microsoft.com/azure/container-registry/container-registry-firewall-access-rules
            to: { host: "any.blob.core.windows.net", port: 443 },
            severity: "error",
            from: ["registry", "kind"],
          },
        ]
      : [];
  if (place.role === "witness") return [own, ...layers];
  return [own, ...layers, ...applicationNeeds(fleet), ...operationNeeds(fleet, place), ...backupNeeds(fleet)];
}

function applicationNeeds({ application, registry, traffic }: Fleet): Need[] {
  const images = application.components.map(({ name, image }, index): Need => ({
    purpose: "images",
    what: `the image of ${name}`,
    to: registryOf(image),
    severity: "error",
    from: ["application", "components", index, "image"],
  }));
  const charts: Need[] =
    registry.charts === undefined
      ? []
      : [
          {
            purpose: "charts",
            what: "a deployment of its charts",
            to: endpointOfUrl(registry.charts),
            severity: "warning",
            from: ["registry", "charts"],
          },
        ];
  const solver = traffic.tls.kind === "cert-manager" ? traffic.tls.solver : undefined;
  if (solver === undefined || solver.kind === "private-ca") return [...images, ...charts];
  const certificate = (what: string, to: Endpoint, key: string): Need => ({
    purpose: "certificates",
    what,
    to,
    severity: "error",
    from: ["traffic", "tls", "solver", key],
  });
  const acme = certificate("cert-manager", endpointOfUrl(solver.server), "server");
  if (solver.kind === "http-01") return [...images, ...charts, acme];
  const zone =
    solver.nameserver !== undefined
      ? certificate("cert-manager, to write to the zone,", solver.nameserver, "nameserver")
      : certificate("cert-manager, to write to the zone,", { host: "management.azure.com", port: 443 }, "provider");
  return [...images, ...charts, acme, zone];
}

function operationNeeds({ monitoring, maintenance, delivery, access }: Fleet, { name, platform }: Member): Need[] {
  const need = (purpose: Purpose, what: string, from: Path, url?: string): Need => ({
    purpose,
    what,
    severity: "warning",
    from,
    ...(url === undefined ? {} : { to: endpointOfUrl(url) }),
  });
  const hub = platform.kind === "azure-stack-hub" ? platform : undefined;
  const ownAgents = delivery.selfHostedPools[name] !== undefined;
  const { secrets } = access;
  return [
    ...(monitoring.kind === "azure-monitor" ? [need("monitoring", "Azure Monitor", ["monitoring", "kind"])] : []),
    ...(hub !== undefined && maintenance.unattendedUpgrades
      ? [need("node-updates", "installing security updates on nodes", ["maintenance", "unattendedUpgrades"])]
      : []),
    ...(hub?.identity === "azure-ad" && hub.connectivity === "connected"
      ? [need("identity", "signing in with Azure AD", ["sites"])]
      : []),
    ...(ownAgents && delivery.kind === "azure-pipelines" && delivery.hosting === "services"
      ? [need("pipelines", "its agent", ["delivery", "selfHostedPools", name], "https://dev.azure.com")]
      : []),
    ...(ownAgents && delivery.repository !== undefined
      ? [
          need(
            "pipelines",
            "its agent, to fetch the repository,",
            ["delivery", "repository", "url"],
            delivery.repository.url,
          ),
        ]
      : []),
    ...(ownAgents && secrets.kind === "hashicorp-vault" && secrets.vault?.includes("://") === true
      ? [need("other", "its agent, to fetch secrets,", ["access", "secrets", "vault"], secrets.vault)]
      : []),
  ];
}

function backupNeeds({ backups }: Fleet): Need[] {
  return backups.flatMap(({ external, store }, index) =>
    external.map(({ url }, position): Need => ({
      purpose: "other",
      what: `a backup of ${store}`,
      to: endpointOfUrl(url),
      severity: "warning",
      from: ["backups", index, "external", position, "url"],
    })),
  );
}
