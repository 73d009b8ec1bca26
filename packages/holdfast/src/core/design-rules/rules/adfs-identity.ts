import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import { endpointOfUrl, isBelow } from "../hosts.ts";
import type { DesignRule } from "../rule.ts";

/** Public Azure's registries; the credential provider that AKS Engine installs asks them with the cluster's identity. */
const AZURE_REGISTRIES = ["azurecr.io", "azurecr.cn", "azurecr.de", "azurecr.us"];

export const adfsIdentity: DesignRule = {
  id: "adfs-identity",
  severity: "error",
  requirements: ["R25", "R86", "R112"],
  asks: "A Hub with AD FS signs in with a certificate, and pulls from a registry in Azure with a secret of its own.",
  why: "AD FS knows only what the operator made, a service principal with a certificate; a registry in Azure does not know AD FS at all.",
  example: { broken: "authentication: client-secret", fixed: "authentication: client-certificate" },
  *check({ sites, registry }) {
    const { host } = endpointOfUrl(registry.server);
    const inAzure = registry.kind === "azure-container-registry" || AZURE_REGISTRIES.some((one) => isBelow(host, one));
    for (const [index, { name, platform }] of sites.entries()) {
      if (platform.kind !== "azure-stack-hub" || platform.identity !== "adfs") continue;
      const path = ["sites", index, "platform"];
      const onThisHub = isBelow(host, hubEndpoints(platform).storageSuffix);
      if (platform.authentication === "client-secret") {
        yield {
          path: [...path, "authentication"],
          severity: "warning",
          message: `${name} signs in to AD FS with a secret; the operator's service principals there have certificates`,
          hint: "Use authentication: client-certificate, unless the operator gave you a secret.",
          related: [{ path: [...path, "identity"], message: "AD FS, said here" }],
        };
      }
      if (inAzure && !onThisHub && registry.pullSecret === undefined) {
        yield {
          path: ["registry", "server"],
          message: `the nodes of ${name} have an identity of AD FS, which ${host} does not know: they cannot pull images`,
          hint: "Add registry.pullSecret: the name of a Kubernetes Secret with a token of the registry.",
          related: [{ path: [...path, "identity"], message: "AD FS, said here" }],
        };
      }
    }
  },
};
