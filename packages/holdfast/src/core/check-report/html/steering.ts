import type { SimpleTrafficPolicy, TrafficPolicy } from "../../spec/index.ts";

/** Which users each site gets, in a word or two; a site that is not in it gets none. */
export function usersOf(policy: TrafficPolicy): ReadonlyMap<string, string> {
  if (policy.kind !== "nested") return new Map(simple(policy));
  return new Map(
    policy.children.flatMap((child, index) => {
      const group = {
        priority: ordinal(index),
        weighted: `weight ${child.weight}`,
        performance: "nearest",
        geographic: child.regions.join(", "),
      }[policy.by];
      return simple(child.policy).map(([site, word]): [string, string] => [site, `${child.name} (${group}): ${word}`]);
    }),
  );
}

function simple(policy: SimpleTrafficPolicy): [string, string][] {
  switch (policy.kind) {
    case "priority":
      return policy.order.map((site, index) => [site, ordinal(index)]);
    case "weighted":
      return Object.entries(policy.weights).map(([site, weight]) => [site, `weight ${weight}`]);
    case "performance":
      return policy.sites.map((site) => [site, "nearest users"]);
    case "geographic":
      return withRest(policy.regions, policy.world, "the rest of the world");
    case "subnet":
      return withRest(policy.subnets, policy.fallback, "all others");
    case "multi-value":
      return policy.sites.map((site) => [site, "one of the answers"]);
  }
}

function withRest(
  parts: Readonly<Record<string, readonly string[]>>,
  rest: string | undefined,
  word: string,
): [string, string][] {
  const sites = [...new Set([...Object.keys(parts), ...(rest === undefined ? [] : [rest])])];
  return sites.map((site) => [site, [...(parts[site] ?? []), ...(site === rest ? [word] : [])].join(", ")]);
}

function ordinal(index: number): string {
  return ["first", "second", "third"][index] ?? `${index + 1}th`;
}
