import type { EgressDestination, Fleet, Member } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { EgressNeed } from "../egress-needs.ts";
import { egressNeeds } from "../egress-needs.ts";
import { hostMatches, siteOfHost } from "../hosts.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const egressPlanned: DesignRule = {
  id: "egress-planned",
  severity: "error",
  requirements: ["R7", "R54", "R60", "R61", "R62", "R68", "R69", "R70"],
  asks: "A site whose firewall lets through a list has in it everything that the fleet needs.",
  why: "What is missing is found out when a node is replaced or a certificate is renewed: late, and at every site at once.",
  example: {
    broken: "- { purpose: pipelines, host: visualstudio.com }",
    fixed: "- { purpose: pipelines, host: dev.azure.com }",
  },
  *check(fleet) {
    for (const [index, place] of membersOf(fleet).entries()) {
      const path = place.role === "site" ? ["sites", index] : ["witness"];
      yield* checkPlace(fleet, place, [...path, "network", "egress"]);
    }
  },
};

function* checkPlace(fleet: Fleet, place: Member, path: Path): Iterable<Violation> {
  const { allowed, destinations } = place.network.egress;
  if (allowed === "all") return;
  const missing = new Map<string, EgressNeed>();
  for (const need of egressNeeds(fleet, place)) {
    if (allowed === "listed" && destinations.some((destination) => serves(destination, need))) continue;
    if (need.to !== undefined && siteOfHost(fleet, need.to.host)?.name === place.name) continue;
    const key = need.to === undefined ? need.purpose : `${need.to.host}:${need.to.port}`;
    if (!missing.has(key)) missing.set(key, need);
  }
  for (const { purpose, what, to, severity, from } of missing.values()) {
    const where = to === undefined ? purpose : to.port === 443 ? to.host : `${to.host}:${to.port}`;
    yield {
      path: [...path, allowed === "none" ? "allowed" : "destinations"],
      severity,
      message:
        allowed === "none"
          ? `nothing may leave ${place.name}, and ${what} needs ${where}`
          : `the firewall of ${place.name} does not let through ${where}, which ${what} needs`,
      hint: `Add to egress.destinations: { purpose: ${purpose}, host: ${quoted(to?.host ?? "...")}${to === undefined || to.port === 443 ? "" : `, port: ${to.port}`} }`,
      related: [{ path: from, message: "needed for this" }],
    };
  }
}

/** A firewall looks at host and port, not at what they are for. Of hosts that only their owner can name, one that is listed for the purpose will do. */
function serves(destination: EgressDestination, { purpose, to }: EgressNeed): boolean {
  if (to === undefined) return destination.purpose === purpose;
  if (destination.port !== to.port) return false;
  return (
    hostMatches(destination.host, to.host) ||
    (destination.purpose === purpose && to.host.startsWith("*.") && hostMatches(to.host, destination.host))
  );
}

/** A star begins an alias in YAML. */
function quoted(host: string): string {
  return host.startsWith("*") ? JSON.stringify(host) : host;
}
