import { engineReleaseOf, engineReleases, hubSitesOf } from "../../azure-stack-hub/index.ts";
import { didYouMean } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

export const aksEngineRelease: DesignRule = {
  id: "aks-engine-release",
  severity: "warning",
  requirements: ["R20", "R125", "R126", "R127"],
  asks: "AKS Engine is a release that Microsoft supports, best the newest, and its base image is in the Hub's marketplace.",
  why: "A release works with its own base image only, and that image brings the nodes' kernel and security fixes; after three releases nobody mends it.",
  example: { broken: "engine: { version: 0.82.2 }", fixed: "engine: { version: 0.85.0 }" },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const violation = problemOf(site.platform.engine.version);
      if (violation !== undefined) {
        yield {
          path: ["sites", index, "platform", "engine", "version"],
          ...violation,
          message: `${site.name}: ${violation.message}`,
        };
      }
    }
  },
};

function problemOf(version: string): Omit<Violation, "path"> | undefined {
  const release = engineReleaseOf(version);
  const [newest] = engineReleases;
  if (newest === undefined || release === newest) return undefined;
  const take = `Take ${newest.version}, and have the operator put its image in the marketplace: ${newest.baseImage.name} (${newest.baseImage.version}).`;
  if (release === undefined) {
    const known = engineReleases.map((one) => one.version);
    return {
      message: `AKS Engine ${version} is none of the releases known here, ${String(known.at(-1))} to ${newest.version}: what it deploys cannot be checked`,
      hint: didYouMean(version, known) ?? take,
    };
  }
  if (!release.supported) {
    const supported = engineReleases.filter((one) => one.supported).map((one) => one.version);
    return {
      message: `Microsoft no longer supports AKS Engine ${version}: it supports ${supported.join(", ")}`,
      hint: take,
    };
  }
  return {
    severity: "advice",
    message: `the base image of AKS Engine ${version} is ${release.baseImage.version}; ${newest.version} has a newer one with later security fixes, ${newest.baseImage.version}`,
    hint: take,
  };
}
