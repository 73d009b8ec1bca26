import { unreachable } from "../../../base/index.ts";
import type { SimpleTrafficPolicy, SiteName, TrafficPolicy } from "../../spec/index.ts";

/** A profile of Traffic Manager, and where it leads. */
export interface TrafficProfile {
  /** `""`: the one that users ask; the others hang below it. */
  readonly name: string;
  readonly method: "Priority" | "Weighted" | "Performance" | "Geographic" | "Subnet" | "MultiValue";
  readonly maxReturn?: number;
  readonly endpoints: readonly TrafficEndpoint[];
}

export interface TrafficEndpoint {
  readonly to: { readonly site: SiteName } | { readonly profile: string; readonly minChildEndpoints: number };
  readonly name: string;
  readonly weight?: number;
  readonly regions?: readonly string[];
  /** Absent with method Subnet: everybody whom no other endpoint names. */
  readonly subnets?: readonly string[];
}

/** The order of the endpoints is that of preference, where the method has one. Children first, as they are deployed. */
export function trafficProfiles(policy: TrafficPolicy, sites: readonly SiteName[]): readonly TrafficProfile[] {
  if (policy.kind !== "nested") return profilesOf("", policy, sites);
  const endpoints = policy.children.map((child): TrafficEndpoint => ({
    name: child.name,
    to: { profile: child.name, minChildEndpoints: child.minHealthy },
    ...(policy.by === "weighted" ? { weight: child.weight } : {}),
    ...(policy.by === "geographic" ? { regions: child.regions } : {}),
  }));
  const used = policy.by === "weighted" ? endpoints.filter(({ weight }) => weight !== 0) : endpoints;
  return [
    ...policy.children.flatMap((child) => profilesOf(child.name, child.policy, sitesIn(child.policy, sites))),
    { name: "", method: METHODS[policy.by], endpoints: used },
  ];
}

const METHODS = {
  priority: "Priority",
  weighted: "Weighted",
  performance: "Performance",
  geographic: "Geographic",
} as const;

/**
 * Geographic and by subnet, Traffic Manager gives a user one endpoint and no other when it is down. So each of these leads to
 * a profile of its own, which takes the other sites in their order when the first is lost.
 */
function profilesOf(name: string, policy: SimpleTrafficPolicy, sites: readonly SiteName[]): readonly TrafficProfile[] {
  const direct = (site: SiteName): TrafficEndpoint => ({ name: site, to: { site } });
  const child = (site: SiteName) => (name === "" ? site : `${name}-${site}`);
  const through = (site: SiteName): TrafficEndpoint => ({
    name: site,
    to: { profile: child(site), minChildEndpoints: 1 },
  });
  const fallbacks = (chosen: readonly SiteName[]) =>
    chosen.map((site): TrafficProfile => ({
      name: child(site),
      method: "Priority",
      endpoints: [site, ...sites.filter((other) => other !== site)].map(direct),
    }));
  switch (policy.kind) {
    case "priority":
      return [{ name, method: "Priority", endpoints: policy.order.map(direct) }];
    case "weighted": {
      const weighed = sites.flatMap((site) => {
        const weight = policy.weights[site] ?? 0;
        return weight === 0 ? [] : [{ ...direct(site), weight }];
      });
      return [{ name, method: "Weighted", endpoints: weighed }];
    }
    case "performance":
      return [{ name, method: "Performance", endpoints: policy.sites.map(direct) }];
    case "multi-value":
      return [{ name, method: "MultiValue", maxReturn: policy.maxAnswers, endpoints: policy.sites.map(direct) }];
    case "geographic": {
      const chosen = sites.filter((site) => site === policy.world || policy.regions[site] !== undefined);
      const endpoints = chosen.map((site) => ({
        ...through(site),
        regions: [...(policy.regions[site] ?? []), ...(site === policy.world ? ["WORLD"] : [])],
      }));
      return [...fallbacks(chosen), { name, method: "Geographic", endpoints }];
    }
    case "subnet": {
      const named = sites.filter((site) => policy.subnets[site] !== undefined);
      const other = policy.fallback === undefined ? [] : [policy.fallback];
      const endpoints = [
        ...named.map((site) => ({ ...through(site), subnets: policy.subnets[site] ?? [] })),
        // A second endpoint may lead to the same profile's sites, but not to the same profile.
        ...other.map((site): TrafficEndpoint => ({
          name: `${site}-otherwise`,
          to: { profile: `${child(site)}-otherwise`, minChildEndpoints: 1 },
        })),
      ];
      const otherwise = fallbacks(other).map((profile) => ({ ...profile, name: `${profile.name}-otherwise` }));
      return [...fallbacks(named), ...otherwise, { name, method: "Subnet", endpoints }];
    }
    default:
      return unreachable(policy);
  }
}

/** The sites that a child's policy names, in the order of the file: what is lost in it stays in it. */
function sitesIn(policy: SimpleTrafficPolicy, sites: readonly SiteName[]): readonly SiteName[] {
  const named = new Set<string>(namesIn(policy));
  return sites.filter((site) => named.has(site));
}

function namesIn(policy: SimpleTrafficPolicy): readonly string[] {
  switch (policy.kind) {
    case "priority":
      return policy.order;
    case "weighted":
      return Object.keys(policy.weights);
    case "performance":
    case "multi-value":
      return policy.sites;
    case "geographic":
      return [...Object.keys(policy.regions), policy.world];
    case "subnet":
      return [...Object.keys(policy.subnets), ...(policy.fallback === undefined ? [] : [policy.fallback])];
    default:
      return unreachable(policy);
  }
}
