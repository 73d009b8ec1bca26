import type { DesignRule } from "../rule.ts";

export const identityConnectivity: DesignRule = {
  id: "identity-connectivity",
  severity: "error",
  requirements: ["R86", "R111", "R112"],
  asks: "A disconnected Azure Stack Hub uses AD FS; Azure AD needs a connection.",
  why: "Without the Internet nobody and nothing can sign in with Azure AD: not the operators, not the cluster's own nodes.",
  *check({ sites }) {
    for (const [index, { name, platform, network }] of sites.entries()) {
      if (platform.kind !== "azure-stack-hub" || platform.identity !== "azure-ad") continue;
      if (platform.connectivity === "disconnected") {
        yield {
          path: ["sites", index, "platform", "identity"],
          message: `${name} is disconnected, and Azure AD needs a connection`,
          hint: "A disconnected Hub has identity: adfs.",
          related: [{ path: ["sites", index, "platform", "connectivity"], message: "said here" }],
        };
      } else if (network.egress.allowed === "none") {
        yield {
          path: ["sites", index, "network", "egress", "allowed"],
          message: `the nodes of ${name} sign in with Azure AD, and nothing may leave the site`,
          hint: "Let the nodes reach login.microsoftonline.com, or use AD FS.",
        };
      }
    }
  },
};
