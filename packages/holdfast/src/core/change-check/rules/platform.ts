import type { AzureStackHub } from "../../spec/index.ts";
import type { ChangeRule } from "../change-rule.ts";
import { keptSites } from "../kept.ts";
import { compareVersions } from "../versions.ts";

/** What a Hub, or the cluster on it, cannot take on later, with what it is in words. */
const fixed: readonly (readonly [key: "portalUrl" | "identity" | "subscription" | "resourceGroup", what: string])[] = [
  ["portalUrl", "stands on the Hub"],
  ["identity", "is on a Hub whose identity provider is"],
  ["subscription", "was deployed into the subscription"],
  ["resourceGroup", "was deployed into the resource group"],
];

export const changePlatform: ChangeRule = {
  id: "change-platform",
  severity: "error",
  requirements: ["R111", "R140"],
  asks: "A site keeps its Hub, its identity provider, its subscription and its resource group.",
  why: "They were chosen when the Hub or the cluster was deployed; another one is another cluster, which has none of this one's data.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptSites(change)) {
      const [from, to] = [before.platform, after.platform];
      const hint = `Add it as a site of another name, let it catch up, then remove ${before.name}.`;
      if (from.kind !== "azure-stack-hub" || to.kind !== "azure-stack-hub") {
        if (from.kind === to.kind) continue;
        yield {
          path: [...afterPath, "platform", "kind"],
          before: [...beforePath, "platform", "kind"],
          message: `${before.name} runs on ${from.kind}, and cannot become ${to.kind}`,
          hint,
        };
        continue;
      }
      for (const [key, what] of fixed) {
        if (from[key] === to[key]) continue;
        yield {
          path: [...afterPath, "platform", key],
          before: [...beforePath, "platform", key],
          message: `${before.name} ${what} ${from[key]}, and cannot move to ${to[key]}`,
          hint: key === "identity" ? "It is chosen when a Hub is installed: keep it." : hint,
        };
      }
    }
  },
};

export const changeEngineVersion: ChangeRule = {
  id: "change-engine-version",
  severity: "error",
  requirements: ["R125", "R126"],
  asks: "AKS Engine is only replaced by a later release.",
  why: "An older release does not know the API model that a newer one wrote, nor its base image.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptSites(change)) {
      const [from, to] = [engineOf(before.platform), engineOf(after.platform)];
      if (from === undefined || to === undefined || compareVersions(to, from) >= 0) continue;
      yield {
        path: [...afterPath, "platform", "engine", "version"],
        before: [...beforePath, "platform", "engine", "version"],
        message: `${before.name}'s cluster was written by AKS Engine ${from}, and ${to} is older`,
        hint: `Keep ${from} or take a later release.`,
      };
    }
  },
};

function engineOf(platform: { readonly kind: string; readonly engine?: AzureStackHub["engine"] }): string | undefined {
  return platform.engine?.version;
}
