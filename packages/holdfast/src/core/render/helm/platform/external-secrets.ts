import type { PlatformChart } from "./platform-chart.ts";
import { pulledWith, repositoryAndTag } from "./platform-chart.ts";

/**
 * Fetches secrets from a vault when they are needed (R120, R123). Not on a Hub with its own Key Vault: that it works there is not
 * confirmed by any source, so there the pipeline fills the Secrets. Keys: deploy/charts/external-secrets/values.yaml in
 * external-secrets/external-secrets at chart 2.0.0.
 */
export const externalSecrets: PlatformChart = {
  release: "external-secrets",
  namespace: "external-secrets",
  what: "Fills Kubernetes Secrets from the vault",
  pinAt: ({ access }, { role, platform }) =>
    role === "witness" ||
    access.secrets.kind === "kubernetes" ||
    (access.secrets.kind === "azure-key-vault" && platform.kind === "azure-stack-hub")
      ? undefined
      : {
          chart: "external-secrets",
          repository: "https://charts.external-secrets.io",
          version: "2.0.0",
          kubernetes: ">=1.19.0-0",
          images: { controller: { host: "ghcr.io", path: "external-secrets/external-secrets", tag: "v2.0.0" } },
        },
  values: ({ fleet, image }) => {
    const source = repositoryAndTag(image("controller"));
    const secrets = pulledWith(fleet);
    return {
      ...secrets,
      image: source,
      replicaCount: 2,
      leaderElect: true,
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      webhook: { ...secrets, image: source, replicaCount: 2 },
      certController: { ...secrets, image: source },
    };
  },
};
