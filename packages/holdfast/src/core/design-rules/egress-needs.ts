import type { EgressDestination, Fleet, Member } from "../spec/index.ts";
import type { Endpoint } from "./hosts.ts";
import { endpointOfUrl, registryOf } from "./hosts.ts";
import type { Path, Severity } from "./rule.ts";

type Purpose = EgressDestination["purpose"];

/** A connection that a site must be able to open. Without a host any destination of the purpose will do. */
export interface EgressNeed {
  readonly purpose: Purpose;
  readonly what: string;
  /** `*.domain`: hosts below it that only their owner can name. */
  readonly to?: Endpoint;
  readonly severity: Severity;
  /** What in the file makes it needed. */
  readonly from: Path;
}

/** What is rendered for a place, and its agents, open connections to. */
export function egressNeeds(fleet: Fleet, place: Member): readonly EgressNeed[] {
  const { registry } = fleet;
  const own: EgressNeed = {
    purpose: "images",
    what: "holdfast's own controller",
    to: endpointOfUrl(registry.server),
    severity: "error",
    from: ["registry", "server"],
  };
  const layers: EgressNeed[] =
    registry.kind === "azure-container-registry"
      ? [
          {
            purpose: "images",
            what: "Azure's registry, which sends image layers from its storage,",
            // https://learn.microsoft.com/azure/container-registry/container-registry-firewall-access-rules
            to: { host: "*.blob.core.windows.net", port: 443 },
            severity: "error",
            from: ["registry", "kind"],
          },
        ]
      : [];
  if (place.role === "witness") return [own, ...layers];
  return [
    own,
    ...layers,
    ...applicationNeeds(fleet),
    ...operationNeeds(fleet, place),
    ...agentNeeds(fleet, place),
    ...backupNeeds(fleet),
  ];
}

function applicationNeeds({ application, registry, traffic }: Fleet): EgressNeed[] {
  const images = application.components.map(({ name, image }, index): EgressNeed => ({
    purpose: "images",
    what: `the image of ${name}`,
    to: registryOf(image),
    severity: "error",
    from: ["application", "components", index, "image"],
  }));
  const charts: EgressNeed[] =
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
  const certificate = (what: string, to: Endpoint, key: string): EgressNeed => ({
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

function operationNeeds({ monitoring, maintenance }: Fleet, { platform }: Member): EgressNeed[] {
  const hub = platform.kind === "azure-stack-hub" ? platform : undefined;
  return [
    ...(monitoring.kind === "azure-monitor" ? [TELEMETRY] : []),
    ...(hub !== undefined && maintenance.unattendedUpgrades
      ? [warned("node-updates", "installing security updates on nodes", ["maintenance", "unattendedUpgrades"])]
      : []),
    ...(hub?.identity === "azure-ad" && hub.connectivity === "connected"
      ? [warned("identity", "signing in with Azure AD", ["sites"])]
      : []),
  ];
}

/**
 * The collector that we render sends to the address in Application Insights' connection string, such as
 * westus2-2.in.applicationinsights.azure.com: https://learn.microsoft.com/azure/azure-monitor/fundamentals/azure-monitor-network-access
 */
const TELEMETRY: EgressNeed = warned(
  "monitoring",
  "the collector of logs and metrics",
  ["monitoring", "kind"],
  "*.in.applicationinsights.azure.com",
);

function agentNeeds({ delivery, access }: Fleet, { name, platform }: Member): EgressNeed[] {
  if (delivery.selfHostedPools[name] === undefined) return [];
  const { repository } = delivery;
  const { kind, vault } = access.secrets;
  const path = ["access", "secrets", "vault"];
  return [
    ...(delivery.hosting === "services" ? (SERVICE_HOSTS[delivery.kind] ?? []) : []).map((host) =>
      warned("pipelines", "its agent", ["delivery", "selfHostedPools", name], host),
    ),
    ...(repository === undefined
      ? []
      : [
          warned("pipelines", "its agent, to fetch the repository,", ["delivery", "repository", "url"], repository.url),
        ]),
    ...(kind === "hashicorp-vault" && vault?.includes("://") === true
      ? [warned("other", "its agent, to fetch secrets,", path, vault)]
      : []),
    ...(kind === "azure-key-vault" && vault !== undefined
      ? [
          warned("other", "its agent, to fetch secrets,", path, vaultHost(vault)),
          warned("other", "its agent, to sign in to Azure for the vault,", path, "management.azure.com"),
          // A Hub that signs in there needs it anyway.
          ...(platform.kind === "azure-stack-hub" && platform.identity === "azure-ad"
            ? []
            : [warned("identity", "its agent, to sign in to Azure for the vault,", path, "login.microsoftonline.com")]),
        ]
      : []),
  ];
}

/**
 * What an agent talks to while it works; what it takes to make it newer is its owner's affair.
 * https://learn.microsoft.com/azure/devops/pipelines/agents/linux-agent (I'm running a firewall) and
 * https://docs.github.com/actions/reference/runners/self-hosted-runners (essential operations)
 */
const SERVICE_HOSTS: Readonly<Partial<Record<Fleet["delivery"]["kind"], readonly string[]>>> = {
  "azure-pipelines": ["dev.azure.com", "*.dev.azure.com"],
  "github-actions": ["github.com", "api.github.com", "*.actions.githubusercontent.com"],
};

/** A name, or an address. */
function vaultHost(vault: string): string {
  return vault.includes(".") ? vault : `${vault}.vault.azure.net`;
}

/** Found out late, and nothing that runs stops. */
function warned(purpose: Purpose, what: string, from: Path, url?: string): EgressNeed {
  return { purpose, what, severity: "warning", from, ...(url === undefined ? {} : { to: endpointOfUrl(url) }) };
}

function backupNeeds({ backups }: Fleet): EgressNeed[] {
  return backups.flatMap(({ external, store }, index) =>
    external.map(({ url }, position): EgressNeed => ({
      purpose: "other",
      what: `a backup of ${store}`,
      to: endpointOfUrl(url),
      severity: "warning",
      from: ["backups", index, "external", position, "url"],
    })),
  );
}
