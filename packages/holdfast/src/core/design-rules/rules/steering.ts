import type { Fleet, SimpleTrafficPolicy } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const steering: DesignRule = {
  id: "steering",
  severity: "warning",
  requirements: ["R31", "R103", "R105", "R106"],
  asks: "Every site gets users, every user gets an answer, and for each site there is another one to turn to.",
  why: "A site that no policy names runs for nothing and takes over from nobody; it is found out when the other one is down.",
  example: {
    broken: "policy: { kind: priority, order: [seattle] }",
    fixed: "policy: { kind: priority, order: [seattle, portland] }",
  },
  *check(fleet) {
    const { policy } = fleet.traffic;
    const path: Path = ["traffic", "policy"];
    const named = new Set<string>(
      policy.kind === "nested" ? policy.children.flatMap((child) => sitesOf(child.policy)) : sitesOf(policy),
    );
    const left = fleet.sites.filter((site) => !named.has(site.name)).map((site) => site.name);
    if (left.length > 0) {
      yield {
        path,
        message: `no user is ever sent to ${left.join(" or ")}: the policy does not name ${left.length === 1 ? "it" : "them"}`,
        hint: "Name every site in the policy; in a priority policy the last one is the reserve.",
      };
    }
    if (policy.kind !== "nested") yield* checkSimple(policy, path, fleet);
    else {
      for (const [index, child] of policy.children.entries()) {
        const at = [...path, "children", index];
        yield* checkSimple(child.policy, [...at, "policy"], fleet);
        const size = new Set(sitesOf(child.policy)).size;
        if (child.minHealthy > size) {
          yield {
            path: [...at, "minHealthy"],
            severity: "error",
            message: `${child.name} has ${size} ${size === 1 ? "site" : "sites"} and wants ${child.minHealthy} healthy: it counts as down always`,
            hint: `Use minHealthy: ${size} or less.`,
          };
        }
      }
    }
  },
};

function sitesOf(policy: SimpleTrafficPolicy): readonly string[] {
  switch (policy.kind) {
    case "priority":
      return policy.order;
    case "weighted":
      return Object.entries(policy.weights).flatMap(([site, weight]) => (weight > 0 ? [site] : []));
    case "performance":
    case "multi-value":
      return policy.sites;
    case "geographic":
      return [policy.world, ...Object.keys(policy.regions)];
    case "subnet":
      return [...(policy.fallback === undefined ? [] : [policy.fallback]), ...Object.keys(policy.subnets)];
  }
}

function* checkSimple(policy: SimpleTrafficPolicy, path: Path, { sites }: Fleet): Iterable<Violation> {
  if (policy.kind === "subnet" && policy.fallback === undefined) {
    yield {
      path: [...path, "fallback"],
      message: "users outside the named subnets get no answer",
      hint: "Add fallback: with the site for all others.",
    };
  }
  if (policy.kind === "multi-value" && policy.maxAnswers < 2 && sites.length > 1) {
    yield {
      path: [...path, "maxAnswers"],
      severity: "advice",
      message: "with one address in each answer a client has no other to try",
      hint: "Use maxAnswers: 2 or more.",
    };
  }
}
