import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { AksEngine } from "../../spec/index.ts";
import { endpointOfUrl, isBelow } from "../hosts.ts";
import type { DesignRule } from "../rule.ts";

/** Azure's clouds by the domain of their registries. */
const REGISTRIES: Readonly<Record<AksEngine["dependencies"], string>> = {
  public: "azurecr.io",
  china: "azurecr.cn",
  german: "azurecr.de",
  usgovernment: "azurecr.us",
};

export const dependenciesCloud: DesignRule = {
  id: "dependencies-cloud",
  severity: "warning",
  requirements: ["R17", "R20"],
  asks: "AKS Engine gets its packages from the Azure cloud that the fleet's other services are in.",
  why: "A Hub that is registered with one cloud often reaches no other: nodes would wait for packages until the deployment gives up.",
  example: { broken: "engine: { version: 0.85.0, dependencies: german }", fixed: "engine: { version: 0.85.0 }" },
  *check(fleet) {
    const { host } = endpointOfUrl(fleet.registry.server);
    for (const { site, index } of hubSitesOf(fleet)) {
      const { engine, connectivity } = site.platform;
      const path = ["sites", index, "platform", "engine", "dependencies"];
      if (engine.dependencies === "german") {
        yield {
          path,
          message: `${site.name} would get packages from Azure Germany, which was closed in October 2021`,
          hint: "Use dependencies: public.",
        };
        continue;
      }
      // A disconnected Hub gets nothing from any cloud: all that a node needs is in its image.
      const other = Object.entries(REGISTRIES).find(
        ([cloud, domain]) => cloud !== engine.dependencies && isBelow(host, domain),
      );
      if (other === undefined || connectivity === "disconnected") continue;
      yield {
        path,
        message: `${site.name} gets packages from the cloud "${engine.dependencies}", and images from ${host} in "${other[0]}"`,
        hint: `Use dependencies: ${other[0]}, if the Hub is registered there.`,
        related: [{ path: ["registry", "server"], message: "the registry" }],
      };
    }
  },
};
