import type { DesignRule } from "../rule.ts";

export const sharedDirectory: DesignRule = {
  id: "shared-directory",
  severity: "advice",
  requirements: ["R86", "R87", "R113", "R117"],
  asks: "One directory serves all Hubs, and each cluster can be entered without it.",
  why: "With two directories no group has members on both. With one, its outage locks everybody out everywhere: a key of your own is the way in.",
  example: { broken: "identity: adfs", fixed: "identity: azure-ad" },
  *check({ sites }) {
    const hubs = sites.flatMap((site, index) =>
      site.platform.kind === "azure-stack-hub" ? [{ ...site, platform: site.platform, index }] : [],
    );
    const [first] = hubs;
    if (first === undefined) return;
    for (const { name, platform, index } of hubs) {
      if (platform.identity === first.platform.identity) continue;
      yield {
        path: ["sites", index, "platform", "identity"],
        severity: "warning",
        message: `${name} uses ${platform.identity} and ${first.name} ${first.platform.identity}: a group cannot have its role on both`,
        hint: "Use one identity provider for all Hubs, or manage two sets of groups knowingly.",
        related: [{ path: ["sites", first.index, "platform", "identity"], message: "another one" }],
      };
    }
    if (hubs.length > 1 && hubs.every((hub) => hub.platform.identity === "azure-ad" && hub.cluster === undefined)) {
      yield {
        path: ["sites", first.index, "platform", "identity"],
        message:
          "every Hub signs in with the same Azure AD, and the file names no other way into a cluster: its outage locks you out of all",
        hint: "Describe the clusters with their SSH keys, and keep an administrator's kubeconfig of each in a safe.",
      };
    }
  },
};
