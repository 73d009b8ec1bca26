import type { Fleet, TrafficPolicy } from "../fleet.ts";
import type { Contradiction } from "./contradiction.ts";

type Path = (string | number)[];

export function checkTraffic({ traffic }: Fleet): Contradiction[] {
  const found: Contradiction[] = [...checkPolicy(traffic.policy, ["traffic", "policy"])];
  if (traffic.host !== traffic.zone && !traffic.host.endsWith(`.${traffic.zone}`)) {
    found.push({
      path: ["traffic", "host"],
      message: `the host is outside the zone ${traffic.zone}`,
      hint: `The sites answer for their zone only: take a name such as www.${traffic.zone}.`,
      other: { path: ["traffic", "zone"], message: "the zone" },
    });
  }
  if (traffic.provider === "azure-traffic-manager" && traffic.azureTrafficManager === undefined) {
    found.push({
      path: ["traffic", "provider"],
      message: "Traffic Manager needs to know where its profile is made",
      hint: "Add azureTrafficManager: { relativeName: ..., resourceGroup: ... }",
    });
  }
  if (traffic.provider !== "azure-traffic-manager" && traffic.azureTrafficManager !== undefined) {
    found.push({
      path: ["traffic", "azureTrafficManager"],
      part: "key",
      message: "these settings count only with provider: azure-traffic-manager",
    });
  }
  return [...found, ...checkSolver(traffic)];
}

/** Each DNS provider is told where the zone is in its own way. */
function* checkSolver({ tls }: Fleet["traffic"]): Iterable<Contradiction> {
  if (tls.kind !== "cert-manager" || tls.solver?.kind !== "dns-01") return;
  const { provider, nameserver } = tls.solver;
  if (provider === "rfc2136" && nameserver === undefined) {
    yield {
      path: ["traffic", "tls", "solver", "provider"],
      message: "updates by RFC 2136 need to know the server that takes them",
      hint: "Add nameserver: <address>:53",
    };
  }
  if (provider === "azure-dns" && nameserver !== undefined) {
    yield {
      path: ["traffic", "tls", "solver", "nameserver"],
      part: "key",
      message: "a name server counts only with provider: rfc2136",
    };
  }
}

function* checkPolicy(policy: TrafficPolicy, path: Path): Iterable<Contradiction> {
  if (policy.kind === "weighted" && Object.values(policy.weights).every((weight) => weight === 0)) {
    yield { path: [...path, "weights"], message: "no site has a weight above 0, so none would ever be answered" };
  }
  if (policy.kind === "nested") {
    for (const [index, child] of policy.children.entries())
      yield* checkPolicy(child.policy, [...path, "children", index, "policy"]);
    if (policy.by === "geographic") yield* checkRegions(policy.children, path);
  }
}

function* checkRegions(
  children: readonly { readonly regions: readonly string[] }[],
  path: Path,
): Iterable<Contradiction> {
  const first = new Map<string, Path>();
  for (const [index, { regions }] of children.entries()) {
    for (const [position, region] of regions.entries()) {
      const place = [...path, "children", index, "regions", position];
      const earlier = first.get(region);
      if (earlier === undefined) first.set(region, place);
      else
        yield {
          path: place,
          message: `the region ${region} leads to two children`,
          other: { path: earlier, message: "first here" },
        };
    }
  }
  if (!first.has("WORLD")) {
    yield {
      path: [...path, "children"],
      message: "no child has the region WORLD, so users elsewhere would get no answer",
    };
  }
}
