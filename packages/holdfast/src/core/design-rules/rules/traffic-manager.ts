import { mayBePublic } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

export const trafficManager: DesignRule = {
  id: "traffic-manager",
  severity: "error",
  requirements: ["R31", "R32", "R33", "R53", "R59", "R106"],
  asks: "With Azure Traffic Manager every site's ingress faces the Internet, and the probe has settings that it offers.",
  why: "Traffic Manager probes from the Internet and refuses private addresses; a Hub's public address may be visible on the intranet only.",
  *check(fleet) {
    if (fleet.traffic.provider !== "azure-traffic-manager") return;
    yield* checkEndpoints(fleet);
    yield* checkProbe(fleet);
  },
};

function* checkEndpoints({ sites, traffic }: Fleet): Iterable<Violation> {
  for (const [index, site] of sites.entries()) {
    const { ingress } = site.addresses;
    if (ingress !== undefined && !mayBePublic(ingress.host)) {
      yield {
        path: ["sites", index, "addresses", "ingress"],
        message: `Traffic Manager refuses the private address ${ingress.host}`,
        hint: "Give the site an address on the Internet, or use provider: holdfast-dns.",
      };
    }
    if (!site.network.internet.application) {
      yield {
        path: ["sites", index, "network", "internet", "application"],
        message: `users on the Internet do not reach ${site.name}, so Traffic Manager cannot probe it`,
        hint: "Set network.internet.application: true if they do, else use provider: holdfast-dns.",
      };
    }
    if (traffic.policy.kind === "performance" && site.location.azureRegion === undefined) {
      yield {
        path: ["sites", index, "location"],
        message: `Traffic Manager measures distance to an Azure region, and ${site.name} names none`,
        hint: "Add location.azureRegion: the nearest one, for example westus2.",
      };
    }
  }
}

/** Interval 10 s or 30 s; timeout 5-9 s or 5-10 s; 0-9 tolerated failures. */
function* checkProbe({ traffic: { probe } }: Fleet): Iterable<Violation> {
  const path = ["traffic", "probe"];
  const seconds = probe.intervalMs / 1_000;
  if (seconds !== 10 && seconds !== 30) {
    yield {
      path: [...path, "interval"],
      message: `Traffic Manager probes every 10 or 30 seconds, not every ${seconds}`,
      hint: "Use interval: 10s",
    };
    return;
  }
  const longest = seconds === 10 ? 9 : 10;
  const timeout = probe.timeoutMs / 1_000;
  if (timeout < 5 || timeout > longest || !Number.isInteger(timeout)) {
    yield {
      path: [...path, "timeout"],
      message: `with that interval Traffic Manager waits 5 to ${longest} whole seconds for an answer`,
      hint: "Use timeout: 5s",
    };
  }
  if (probe.fall > 10) {
    yield {
      path: [...path, "fall"],
      message: "Traffic Manager tolerates at most 9 failures before a site counts as down",
      hint: "Use fall: 10 or less",
    };
  }
}
