import { unreachable } from "../../base/index.ts";
import type { Fleet, SiteName, TrafficPolicy } from "../spec/index.ts";
import type { Place, Places } from "./places.ts";

/** The sites that users may be sent to. */
export function frontsOf({ traffic }: Fleet, places: Places): readonly Place[] {
  const answered = new Set(participants(traffic.policy));
  return places.all.filter(({ member }) => member.role === "site" && answered.has(member.name));
}

/** Every site that the policy may answer with. A site with no ingress address yet counts: the first check comes before the network is built. */
function participants(policy: TrafficPolicy): readonly SiteName[] {
  switch (policy.kind) {
    case "priority":
      return policy.order;
    case "weighted":
      return Object.entries(policy.weights).flatMap(([site, weight]) => (weight > 0 ? [site as SiteName] : []));
    case "multi-value":
    case "performance":
      return policy.sites;
    case "geographic":
      return [...(Object.keys(policy.regions) as SiteName[]), policy.world];
    case "subnet":
      return [...(Object.keys(policy.subnets) as SiteName[]), ...(policy.fallback ? [policy.fallback] : [])];
    case "nested":
      return policy.children.flatMap((child) => participants(child.policy));
    default:
      return unreachable(policy);
  }
}
