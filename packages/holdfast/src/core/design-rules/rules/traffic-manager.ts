import { mayBePublic, parseIpv4 } from "../../spec/index.ts";
import type { Fleet, SimpleTrafficPolicy, TrafficPolicy } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const trafficManager: DesignRule = {
  id: "traffic-manager",
  severity: "error",
  requirements: ["R31", "R32", "R33", "R53", "R59", "R105", "R106"],
  asks: "With Azure Traffic Manager every site's ingress faces the Internet, and probe and policy have settings that it offers.",
  why: "Traffic Manager probes from the Internet and refuses private addresses; a Hub's public address may be visible on the intranet only.",
  example: {
    broken: "probe: { path: /healthz, interval: 5s, timeout: 5s, fall: 3, rise: 1 }",
    fixed: "probe: { path: /healthz, interval: 10s, timeout: 5s, fall: 3, rise: 1 }",
  },
  *check(fleet) {
    if (fleet.traffic.provider !== "azure-traffic-manager") return;
    yield* checkEndpoints(fleet);
    yield* checkProbe(fleet);
    yield* checkPolicy(fleet);
    yield* checkAnswers(fleet);
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
    if (byDistance(traffic.policy) && site.location.azureRegion === undefined) {
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
  if (probe.rise > 1) {
    yield {
      path: [...path, "rise"],
      severity: "advice",
      message: "Traffic Manager counts a site as up again after one good probe, whatever the file says",
      hint: "Use rise: 1",
    };
  }
}

function byDistance(policy: TrafficPolicy): boolean {
  if (policy.kind !== "nested") return policy.kind === "performance";
  return policy.by === "performance" || policy.children.some((child) => child.policy.kind === "performance");
}

function* checkPolicy({ traffic: { policy } }: Fleet): Iterable<Violation> {
  const path: Path = ["traffic", "policy"];
  const simple: readonly (readonly [SimpleTrafficPolicy, Path])[] =
    policy.kind === "nested"
      ? policy.children.map((child, index) => [child.policy, [...path, "children", index, "policy"]] as const)
      : [[policy, path]];
  for (const [one, at] of simple) {
    if (one.kind === "geographic") {
      yield {
        path: at,
        severity: "warning",
        message: "Traffic Manager sends a region to one endpoint, and nowhere else when that one is down",
        hint: "Use kind: nested with by: geographic, and a child with several sites for each region.",
      };
    }
  }
  if (policy.kind === "nested" && policy.by === "weighted") {
    for (const [index, child] of policy.children.entries()) {
      if (child.weight > 0) continue;
      yield {
        path: [...path, "children", index, "weight"],
        message: "Traffic Manager takes weights from 1 to 1000",
        hint: "Use a weight of 1 or more, or leave the child out.",
      };
    }
  }
}

/** What an endpoint is must fit how it is answered: an address as A, a name as CNAME. */
function* checkAnswers({ sites, traffic }: Fleet): Iterable<Violation> {
  const multiValue =
    traffic.policy.kind === "multi-value" ||
    (traffic.policy.kind === "nested" && traffic.policy.children.some((child) => child.policy.kind === "multi-value"));
  const endpoints = sites.flatMap(({ name, addresses: { ingress } }, index) =>
    ingress === undefined
      ? []
      : [
          {
            name,
            host: ingress.host,
            isAddress: parseIpv4(ingress.host) !== undefined,
            path: ["sites", index, "addresses", "ingress"],
          },
        ],
  );
  for (const [index, { name, host, isAddress, path }] of endpoints.entries()) {
    const twin = endpoints.slice(0, index).find((earlier) => earlier.host === host);
    if (multiValue && !isAddress) {
      yield {
        path,
        message: `a multi-value answer holds addresses, and ${name} is known by the name ${host}`,
        hint: "Give the ingress's public IPv4 address.",
      };
    }
    if (twin !== undefined) {
      yield {
        path,
        message: `Traffic Manager takes an address once, and ${name} has that of ${twin.name}`,
        hint: "Give each site an address of its own.",
        related: [{ path: twin.path, message: `${twin.name} has it too` }],
      };
    }
  }
  if (traffic.whenAllDown === "answer-none") {
    yield {
      path: ["traffic", "whenAllDown"],
      severity: "advice",
      message: "when all sites look down Traffic Manager answers as if all were up; it has no other way",
      hint: "Use whenAllDown: answer-all",
    };
  }
}
