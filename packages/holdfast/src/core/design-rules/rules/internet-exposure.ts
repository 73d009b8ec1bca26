import { mayBePublic } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const internetExposure: DesignRule = {
  id: "internet-exposure",
  severity: "warning",
  requirements: ["R37", "R53", "R55", "R59", "R66", "R67", "R73", "R119"],
  asks: "What the Internet reaches is decided for each site, and is the application at most.",
  why: "Whoever gets at the Kubernetes API or a Hub's management endpoints has everything; neither needs the Internet to work.",
  example: {
    broken: "internet: { application: true, kubernetesApi: true, management: false }",
    fixed: "internet: { application: true, kubernetesApi: false, management: false }",
  },
  *check({ sites, witness }) {
    for (const [index, { name, addresses, network, platform }] of sites.entries()) {
      const path = ["sites", index, "network", "internet"];
      const { ingress } = addresses;
      if (network.internet.application && ingress !== undefined && !mayBePublic(ingress.host)) {
        yield {
          path: [...path, "application"],
          severity: "error",
          message: `users on the Internet cannot reach ${ingress.host}, the private address of ${name}`,
          hint: "Give addresses.ingress a public address, or say application: false.",
          related: [{ path: ["sites", index, "addresses", "ingress"], message: "the address" }],
        };
      }
      if (network.internet.management && platform.kind === "azure-stack-hub") {
        yield {
          path: [...path, "management"],
          severity: "advice",
          message: `the portal and Resource Manager of ${name} are reachable from the Internet`,
          hint: "Keep them inside, and deploy with an agent at the site: it only calls out.",
        };
      }
    }
    const places = [
      ...sites.map((site, index) => ({ site, path: ["sites", index] })),
      ...(witness === undefined ? [] : [{ site: witness, path: ["witness"] }]),
    ];
    for (const { site, path } of places) {
      if (!site.network.internet.kubernetesApi) continue;
      yield {
        path: [...path, "network", "internet", "kubernetesApi"],
        message: `the Kubernetes API of ${site.name} is reachable from the Internet, and with stolen credentials so is the cluster`,
        hint: "Say kubernetesApi: false, and reach it by VPN and by an agent at the site.",
      };
    }
    const open = sites.filter((site) => site.network.internet.application);
    const closed = sites.findIndex((site) => !site.network.internet.application);
    const first = open[0];
    if (first !== undefined && closed >= 0) {
      yield {
        path: ["sites", closed, "network", "internet", "application"],
        message: `users on the Internet reach ${first.name} and not ${String(sites[closed]?.name)}: when it takes over they are cut off`,
        hint: "Decide the same for every site that users are sent to.",
      };
    }
  },
};
