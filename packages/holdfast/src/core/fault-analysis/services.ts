import { hubEndpoints } from "../azure-stack-hub/index.ts";
import type { Fleet } from "../spec/index.ts";
import type { Path } from "./fault-analysis.ts";
import type { Parts } from "./parts.ts";
import type { Place } from "./places.ts";
import type { Structure } from "./structure.ts";
import { all, ALWAYS } from "./structure.ts";

/**
 * What lies outside the sites. None of it is needed to serve: pods run from images that their nodes have, with certificates
 * and Secrets that their cluster has. It is needed to change something, and after a loss, to start anew elsewhere.
 */
export interface Services {
  readonly registry: Structure;
  /** Where secrets are fetched from while something is deployed. */
  readonly vault: Structure;
  /** What runs pipelines, and the repository they read. */
  readonly pipeline: Structure;
  /** A cluster that is built anew asks for a certificate of its own. An old one is valid for weeks, so that no outage of a day counts. */
  readonly issuer: Structure;
  /** The directory that a site signs in to: its Resource Manager, and its nodes to Azure's registry. */
  readonly identityOf: (place: Place) => Structure;
  /** The agents that can reach a site. */
  readonly agentsOf: (place: Place) => Structure;
}

export function addServices(parts: Parts, fleet: Fleet): Services {
  const { registry, access, traffic } = fleet;
  const isAzureRegistry = registry.kind === "azure-container-registry";
  return {
    registry: parts.need({
      kind: "registry",
      name: registry.server.split("/")[0] ?? registry.server,
      label: `the registry ${registry.server}`,
      path: ["registry", "server"],
      make: isAzureRegistry ? "azure" : "other",
    }),
    vault:
      access.secrets.kind === "kubernetes"
        ? ALWAYS
        : parts.need({
            kind: "secrets-store",
            name: access.secrets.vault ?? access.secrets.kind,
            label: `the vault ${access.secrets.vault ?? access.secrets.kind}`,
            path: ["access", "secrets"],
            make: access.secrets.kind === "azure-key-vault" ? "azure" : "other",
          }),
    pipeline: addPipeline(parts, fleet),
    issuer:
      traffic.tls.kind === "cert-manager"
        ? parts.need({
            kind: "certificate-issuer",
            name: traffic.tls.issuer,
            label: `the certificate issuer ${traffic.tls.issuer}`,
            path: ["traffic", "tls", "issuer"],
          })
        : ALWAYS,
    identityOf: (place) => addIdentity(parts, place),
    agentsOf: (place) => addAgents(parts, fleet, place),
  };
}

function addPipeline(parts: Parts, { delivery }: Fleet): Structure {
  const { kind, hosting, repository } = delivery;
  const path: Path = ["delivery"];
  if (kind === "none") return ALWAYS;
  const ofMicrosoft = kind === "azure-pipelines" && hosting === "services";
  const service = parts.need({
    kind: "pipeline-service",
    name: ofMicrosoft ? "azure-devops-services" : kind === "jenkins" ? "jenkins" : "azure-devops-server",
    label: ofMicrosoft ? "Azure DevOps Services" : kind === "jenkins" ? "Jenkins" : "the Azure DevOps Server",
    path: [...path, "kind"],
    make: ofMicrosoft ? "azure" : "other",
    distributed: ofMicrosoft,
  });
  // Azure Repos are part of the service that runs the pipelines.
  if (repository === undefined || (repository.kind === "azure-repos" && kind === "azure-pipelines")) return service;
  const host = /:\/\/(?:[^@/]*@)?([^/:]+)/.exec(repository.url)?.[1] ?? repository.url;
  const atProvider = host === "github.com" || host === "dev.azure.com";
  return all(
    service,
    parts.need({
      kind: "repository",
      name: host,
      label: `the repository at ${host}`,
      path: [...path, "repository", "url"],
      make: atProvider ? "azure" : "other",
      distributed: atProvider,
    }),
  );
}

function addIdentity(parts: Parts, { member: { platform, network }, path: place }: Place): Structure {
  if (platform.kind !== "azure-stack-hub") return ALWAYS;
  const path: Path = [...place, "platform", "identity"];
  if (platform.identity === "azure-ad") {
    const label = "Azure AD";
    return parts.need({ kind: "identity-provider", name: "azure-ad", label, path, make: "azure", distributed: true });
  }
  // The host that the firewall lets through tells one AD FS from another; without it, each Hub's domain has its own.
  const named = network.egress.destinations.find(({ purpose }) => purpose === "identity")?.host;
  const host = named ?? `adfs.${hubEndpoints(platform).hub}`;
  return parts.need({ kind: "identity-provider", name: host, label: `AD FS at ${host}`, path });
}

function addAgents(parts: Parts, { delivery }: Fleet, { member: { name } }: Place): Structure {
  const pool = delivery.selfHostedPools[name];
  if (delivery.kind === "none") return ALWAYS;
  if (pool !== undefined) {
    const path: Path = ["delivery", "selfHostedPools", name];
    return parts.need({ kind: "agent-pool", name: pool, label: `the agent pool ${pool}`, path });
  }
  // Jenkins then works on its own machine.
  if (delivery.kind === "jenkins" || delivery.hosting === "server") return ALWAYS;
  return parts.need({
    kind: "agent-pool",
    name: "microsoft-hosted",
    label: "Microsoft's agents",
    path: ["delivery", "kind"],
    make: "azure",
    distributed: true,
  });
}
