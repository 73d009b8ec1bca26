import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import type { AzureStackHub, Fleet, Site } from "../../spec/index.ts";
import { endpointOfUrl, isBelow, registryOf } from "../hosts.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** Services that only the Internet has. A private mirror of one has a name of its own. */
const PUBLIC_DOMAINS = [
  ...["azurecr.io", "azurecr.cn", "azurecr.us", "azurecr.de", "mcr.microsoft.com", "microsoft.com", "azure.com"],
  ...["windows.net", "microsoftonline.com", "visualstudio.com", "docker.io", "docker.com", "ghcr.io", "github.com"],
  ...["githubusercontent.com", "gitlab.com", "bitbucket.org", "quay.io", "gcr.io", "pkg.dev", "registry.k8s.io"],
  ...["amazonaws.com", "public.ecr.aws", "letsencrypt.org", "zerossl.com"],
];

export const disconnectedHub: DesignRule = {
  id: "disconnected-hub",
  severity: "error",
  requirements: ["R7", "R37", "R55", "R73", "R111", "R138"],
  asks: "A fleet with a disconnected Azure Stack Hub uses nothing that only the Internet has.",
  why: "A disconnected Hub reaches no public registry, monitoring, authority or repository; what needs one never starts there.",
  example: { broken: "server: enclave.azurecr.io", fixed: "server: registry.enclave.example" },
  *check(fleet) {
    const hubs = fleet.sites.flatMap((site, index) => (isDisconnected(site) ? [{ site, index }] : []));
    const [first] = hubs;
    if (first === undefined) return;
    for (const { site, index } of hubs) yield* checkExposure(site, ["sites", index]);
    const name = hubs.length === 1 ? first.site.name : `${first.site.name} and ${hubs.length - 1} more`;
    const related = [{ path: ["sites", first.index, "platform", "connectivity"], message: "said here" }];
    for (const need of needsOf(
      fleet,
      hubs.map(({ site }) => site),
    )) {
      yield {
        path: need.path,
        message: `${need.what} is on the Internet, and ${name} ${hubs.length === 1 ? "is" : "are"} disconnected`,
        hint: need.hint,
        related,
      };
    }
  },
};

type DisconnectedSite = Site & { readonly platform: AzureStackHub };

function isDisconnected(site: Site): site is DisconnectedSite {
  return site.platform.kind === "azure-stack-hub" && site.platform.connectivity === "disconnected";
}

const EXPOSED = {
  application: "users on the Internet",
  kubernetesApi: "the Kubernetes API",
  management: "the management endpoints",
} as const;

function* checkExposure({ name, network: { internet } }: Site, path: Path): Iterable<Violation> {
  for (const key of ["application", "kubernetesApi", "management"] as const) {
    if (!internet[key]) continue;
    yield {
      path: [...path, "network", "internet", key],
      message:
        key === "application"
          ? `${name} is disconnected, and ${EXPOSED[key]} are to reach it`
          : `${name} is disconnected, and the Internet is to reach ${EXPOSED[key]}`,
      hint: `Say ${key}: false, or connectivity: connected.`,
      related: [{ path: [...path, "platform", "connectivity"], message: "said here" }],
    };
  }
}

interface Need {
  readonly what: string;
  readonly path: Path;
  readonly hint: string;
}

function needsOf(fleet: Fleet, hubs: readonly DisconnectedSite[]): readonly Need[] {
  const { registry, application, monitoring, traffic, delivery, backups } = fleet;
  const onHub = hubs.map(({ platform }) => hubEndpoints(platform).storageSuffix);
  const isPublic = (host: string) =>
    PUBLIC_DOMAINS.some((domain) => isBelow(host, domain)) && !onHub.some((suffix) => isBelow(host, suffix));
  const host = (what: string, name: string, path: Path, hint: string): Need[] =>
    isPublic(name) ? [{ what: `${what}, ${name},`, path, hint }] : [];
  const mirror = "Name a registry on premises, and copy the images there.";
  return [
    ...host("the registry", endpointOfUrl(registry.server).host, ["registry", "server"], mirror),
    ...(registry.charts === undefined
      ? []
      : host("the store of charts", endpointOfUrl(registry.charts).host, ["registry", "charts"], mirror)),
    ...application.components.flatMap(({ name, image }, index) =>
      host(`the registry of ${name}`, registryOf(image).host, ["application", "components", index, "image"], mirror),
    ),
    ...(monitoring.kind === "azure-monitor" || (monitoring.kind !== "none" && monitoring.hosting === "public-cloud")
      ? [
          {
            what: "the monitoring",
            path: ["monitoring", monitoring.kind === "azure-monitor" ? "kind" : "hosting"],
            hint: "Use kind: prometheus with hosting: on-premises.",
          },
        ]
      : []),
    ...(traffic.provider === "azure-traffic-manager"
      ? [{ what: "Traffic Manager", path: ["traffic", "provider"], hint: "Use provider: holdfast-dns." }]
      : []),
    ...certificateNeeds(fleet, isPublic),
    ...(delivery.repository === undefined
      ? []
      : host(
          "the repository",
          endpointOfUrl(delivery.repository.url).host,
          ["delivery", "repository", "url"],
          "Name a repository on premises.",
        )),
    ...backups.flatMap(({ external }, index) =>
      external.flatMap((target, position): Need[] =>
        target.hosting !== "public-cloud"
          ? []
          : [
              {
                what: `the backup target ${target.name}`,
                path: ["backups", index, "external", position],
                hint: "Use a target on premises, or another site.",
              },
            ],
      ),
    ),
  ];
}

function certificateNeeds({ traffic: { tls } }: Fleet, isPublic: (host: string) => boolean): readonly Need[] {
  if (tls.kind !== "cert-manager") return [];
  const path = ["traffic", "tls"];
  const hint = "Use an authority of your own: solver: { kind: private-ca, secret: ... }.";
  const { solver, issuer } = tls;
  if (solver?.kind === "http-01" || solver?.kind === "dns-01") {
    const { host } = endpointOfUrl(solver.server);
    return isPublic(host) ? [{ what: `the certificate authority, ${host},`, path: [...path, "solver"], hint }] : [];
  }
  return solver === undefined && /lets-?encrypt/i.test(issuer)
    ? [{ what: `the certificate authority, ${issuer},`, path: [...path, "issuer"], hint }]
    : [];
}
