import { describe, expect, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import type { VpnGatewaySku } from "../../spec/index.ts";
import { parseFleet } from "../../spec/index.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { vpnConnections } from "./vpn-connections.ts";

const sameHub = ["portal.orlando.hub.bank.example", "portal.seattle.hub.bank.example"] as const;

describe("vpn-connections (R64, R65)", () => {
  testRule(vpnConnections, [
    {
      what: "refuses a VPN of a Hub with itself, and a second one of it to another Hub",
      example: "ratings-three-sites",
      edits: [sameHub],
      findings: ["error links[0].between", "error links[2].between"],
    },
    {
      what: "takes two clusters on one Hub when one connection leads to the other Hub",
      example: "ratings-three-sites",
      edits: [
        sameHub,
        ["between: [seattle, orlando], kind: vpn", "between: [seattle, orlando], kind: direct"],
        ["between: [orlando, denver], kind: vpn", "between: [orlando, denver], kind: direct"],
      ],
      findings: [],
    },
    {
      what: "refuses a second connection to a place that is no Hub",
      example: "ratings-azure-stack-hub",
      edits: [
        ["portal.orlando.azurestack.contoso.com", "portal.seattle.azurestack.contoso.com"],
        ["between: [seattle, orlando], kind: vpn", "between: [seattle, orlando], kind: direct"],
      ],
      findings: ["error links[2].between"],
    },
  ]);

  it.each<[VpnGatewaySku, number, string | undefined]>([
    ["HighPerformance", 10, undefined],
    ["HighPerformance", 11, "warning"],
    ["HighPerformance", 24, "warning"],
    ["HighPerformance", 25, "error"],
    ["VpnGw3", 4, undefined],
    ["VpnGw3", 5, "error"],
  ])("a Hub with %s and %i connections: %s", (sku, connections, severity) => {
    const violations = [...vpnConnections.check(star(sku, connections), noFaults)];
    expect(violations.map((violation) => violation.severity ?? vpnConnections.severity)).toEqual(
      severity === undefined ? [] : [severity],
    );
  });
});

const noFaults = {
  faults: () => {
    throw new Error("the rule does not ask what fails");
  },
};

/** The Hub in Seattle, linked with this many places that are no Hubs. */
function star(sku: VpnGatewaySku, connections: number) {
  const fleet = unwrap(parseFleet(exampleText("ratings-three-sites"), "holdfast.yaml"));
  const [hub] = fleet.sites;
  if (hub === undefined) throw new Error("the example has no site");
  const others = Array.from({ length: connections }, (_, index) => ({
    ...hub,
    name: `place-${index}` as typeof hub.name,
    platform: { kind: "kubernetes" as const },
  }));
  return {
    ...fleet,
    sites: [{ ...hub, network: { ...hub.network, vpnGateway: { sku } } }, ...others],
    links: others.map(({ name }) => ({ between: [hub.name, name] as const, kind: "vpn" as const })),
  };
}
