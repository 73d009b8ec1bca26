import type { CapacityAnalysis, Shortage } from "../fault-analysis/index.ts";
import { formatPath } from "../spec/index.ts";
import type { Violation } from "./rule.ts";

/** What is missing at one place of the file is one finding, however many losses would show it. */
export function* shortageViolations(capacity: readonly CapacityAnalysis[], when: string): Iterable<Violation> {
  const groups = new Map<string, Map<string, Shortage>>();
  for (const shortage of capacity.flatMap(({ shortages }) => shortages)) {
    const key = formatPath(shortage.path);
    const group = groups.get(key) ?? new Map<string, Shortage>();
    // The worst of each resource; they differ only where a group of sites shares a place, as replicas do.
    const before = group.get(shortage.resource);
    if (before === undefined || before.needed < shortage.needed) group.set(shortage.resource, shortage);
    groups.set(key, group);
  }
  for (const [, group] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const shortages = [...group.values()];
    const [first] = shortages;
    if (first === undefined) continue;
    const nodes = shortages.find(({ resource }) => resource === "nodes");
    yield {
      path: first.path,
      message: `${when}, ${first.site} needs ${shortages.map(inWords).join(", ")}`,
      hint: hintFor(first, nodes),
    };
  }
}

function inWords({ resource, needed, available, unit }: Shortage): string {
  const what = resource === "cpu" || resource === "memory" ? `${unit} of ${resource}` : `${unit}${suffix(resource)}`;
  return `${needed} ${what} and has ${available}`;
}

function suffix(resource: Shortage["resource"]): string {
  switch (resource) {
    case "replicas":
      return " in all replicas at their maximum";
    case "cores quota":
    case "virtual machines quota":
    case "public addresses quota":
      return " of its quota";
    case "nodes per subscription":
      return " in its subscription";
    default:
      return "";
  }
}

function hintFor({ resource }: Shortage, nodes: Shortage | undefined): string {
  if (nodes !== undefined) {
    const more = nodes.needed - nodes.available;
    return `Add ${more} ${more === 1 ? "worker" : "workers"}, take larger ones, or let the components grow less.`;
  }
  if (resource === "replicas") return "Let the components grow further, or give each replica more CPU.";
  return "Ask the Hub's operator for more before the day, as a change takes hours.";
}
