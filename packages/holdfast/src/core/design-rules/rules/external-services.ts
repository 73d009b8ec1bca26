import type { Fleet, SiteName } from "../../spec/index.ts";
import { endpointOfUrl, isBelow, siteOfHost } from "../hosts.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

interface Service {
  readonly what: string;
  readonly host: string;
  readonly path: Path;
  /** Where it is used; absent: everywhere. */
  readonly user?: SiteName;
}

export const externalServices: DesignRule = {
  id: "external-services",
  severity: "warning",
  requirements: ["R17", "R86", "R89"],
  asks: "Registry, charts, repository, vault, monitoring and identity stand outside the sites that need them.",
  why: "A service on one site is lost with it, and just then the others need it: to start pods, to deploy, to sign in.",
  example: {
    broken: "charts: oci://registry.seattle.hub.bank.example/helm",
    fixed: "charts: oci://registry.bank.example/helm",
  },
  *check(fleet) {
    for (const service of services(fleet)) yield* checkService(fleet, service);
  },
};

function* checkService(fleet: Fleet, { what, host, path, user }: Service): Iterable<Violation> {
  if (isBelow(host, fleet.traffic.zone)) {
    yield {
      path,
      message: `${what} has a name in ${fleet.traffic.zone}, which the sites themselves answer: it cannot be found while they are down`,
      hint: "Give it a name in a zone that does not depend on the sites.",
      related: [{ path: ["traffic", "zone"], message: "the sites answer this zone" }],
    };
    return;
  }
  const site = siteOfHost(fleet, host);
  if (site === undefined || site.name === user) return;
  yield {
    path,
    message: `${what}, ${host}, stands at ${site.name}: when that site is lost, ${user ?? "every other site"} has none`,
    hint: "Move it outside the sites, or give each site one of its own.",
  };
}

function services(fleet: Fleet): Service[] {
  const { registry, delivery, access, traffic, sites } = fleet;
  const one = (what: string, url: string | undefined, path: Path): Service[] =>
    url === undefined ? [] : [{ what, host: endpointOfUrl(url).host, path }];
  const solver = traffic.tls.kind === "cert-manager" ? traffic.tls.solver : undefined;
  return [
    ...one("the registry", registry.server, ["registry", "server"]),
    ...one("the store of charts", registry.charts, ["registry", "charts"]),
    ...one("the repository", delivery.repository?.url, ["delivery", "repository", "url"]),
    ...one("the vault", access.secrets.vault, ["access", "secrets", "vault"]),
    ...(solver?.kind === "http-01" || solver?.kind === "dns-01"
      ? one("the certificate authority", solver.server, ["traffic", "tls", "solver", "server"])
      : []),
    ...sites.flatMap(({ name, network }, index) =>
      network.egress.destinations.flatMap((destination, position): Service[] => {
        if (destination.host.startsWith("*.")) return [];
        const path = ["sites", index, "network", "egress", "destinations", position, "host"];
        return [{ what: PURPOSES[destination.purpose], host: destination.host.toLowerCase(), path, user: name }];
      }),
    ),
  ];
}

const PURPOSES = {
  images: "a registry",
  charts: "a store of charts",
  monitoring: "the monitoring",
  "node-updates": "the source of node updates",
  identity: "the identity provider",
  certificates: "the certificate authority",
  pipelines: "the pipelines' server",
  other: "a service",
} as const;
