import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const clusterCredential: DesignRule = {
  id: "cluster-credential",
  severity: "error",
  requirements: ["R86", "R121"],
  asks: "A Hub to which AKS Engine signs in with a certificate has the cluster's own credential in a Key Vault.",
  why: "The cluster talks to the Hub with a secret. A certificate signs in to build the cluster, so there is no secret to pass on, and deploy.sh refuses.",
  example: {
    broken: "servicePrincipal: {}",
    fixed: "servicePrincipal:\n  keyVaultSecret: { vault: ratings-east-kv, name: aks-engine }",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const { authentication, servicePrincipal } = site.platform;
      if (authentication !== "client-certificate" || servicePrincipal.keyVaultSecret !== undefined) continue;
      const path = ["sites", index, "platform"];
      yield {
        path: [...path, "servicePrincipal"],
        message: `${site.name} signs in with a certificate, and the file names no Key Vault with the cluster's own credential`,
        hint: "Add servicePrincipal.keyVaultSecret: { vault: ..., name: ... }, or use authentication: client-secret.",
        related: [{ path: [...path, "authentication"], message: "a certificate, said here" }],
      };
    }
  },
};
