import { hubEndpoints, vpnGatewaySkus } from "../../azure-stack-hub/index.ts";
import type { Fleet, Platform, VpnGatewaySku } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

export const vpnConnections: DesignRule = {
  id: "vpn-connections",
  severity: "error",
  requirements: ["R64", "R65"],
  asks: "One VPN connection joins two Azure Stack Hubs, or a Hub and another place; and a Hub has room for all of its connections.",
  why: "All gateways of a Hub share one public address, so the other end can tell only one connection from it: the second never comes up.",
  example: {
    broken: "portalUrl: https://portal.seattle.hub.bank.example/",
    fixed: "portalUrl: https://portal.orlando.hub.bank.example",
  },
  *check(fleet) {
    const places = placesOf(fleet);
    const ends = endsOf(fleet, places);
    yield* checkPairs(fleet, places);
    yield* checkRoom(ends);
  },
};

interface Place {
  /** The Hub it stands on; else its own name: what a VPN sees of it is one address. */
  readonly far: string;
  readonly onHub: boolean;
  readonly sku?: VpnGatewaySku;
  readonly index: number;
}

function placesOf(fleet: Fleet): ReadonlyMap<string, Place> {
  return new Map(
    membersOf(fleet).map(({ name, platform, network }, index) => [
      name,
      {
        far: farSideOf(name, platform),
        onHub: platform.kind === "azure-stack-hub",
        ...(network.vpnGateway === undefined ? {} : { sku: network.vpnGateway.sku }),
        index,
      },
    ]),
  );
}

function farSideOf(name: string, platform: Platform): string {
  return platform.kind === "azure-stack-hub" ? hubEndpoints(platform).hub : name;
}

function* checkPairs({ links }: Fleet, places: ReadonlyMap<string, Place>): Iterable<Violation> {
  const first = new Map<string, number>();
  for (const [index, { between, kind }] of links.entries()) {
    const [a, b] = between.map((name) => places.get(name));
    if (kind !== "vpn" || a === undefined || b === undefined || !(a.onHub || b.onHub)) continue;
    const path = ["links", index, "between"];
    if (a.far === b.far) {
      yield {
        path,
        message: `${between.join(" and ")} stand on one Hub, ${a.far}: a VPN from its address to the same address cannot be`,
        hint: "Put both clusters into one virtual network, or peer their networks, and write kind: direct.",
      };
      continue;
    }
    const pair = [a.far, b.far].toSorted();
    const key = pair.join(" ");
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else {
      yield {
        path,
        message: `${pair.join(" and ")} are joined by a VPN connection already, and only one is possible between them`,
        hint: "Put the clusters of one Hub into one virtual network, or peer their networks, so that one connection serves them.",
        related: [{ path: ["links", earlier], message: "the other connection" }],
      };
    }
  }
}

/** The gateways of a Hub of one size: what they can do, they do together. */
interface Gateways {
  readonly hub: string;
  readonly sku: VpnGatewaySku;
  readonly site: number;
  connections: number;
}

function endsOf({ links }: Fleet, places: ReadonlyMap<string, Place>): readonly Gateways[] {
  const gateways = new Map<string, Gateways>();
  for (const { between, kind } of links) {
    if (kind !== "vpn") continue;
    for (const name of between) {
      const place = places.get(name);
      if (place?.onHub !== true || place.sku === undefined) continue;
      const key = `${place.far} ${place.sku}`;
      const those = gateways.get(key) ?? { hub: place.far, sku: place.sku, site: place.index, connections: 0 };
      those.connections += 1;
      gateways.set(key, those);
    }
  }
  return [...gateways.values()];
}

function* checkRoom(all: readonly Gateways[]): Iterable<Violation> {
  for (const { hub, sku, site, connections } of all) {
    const { connectionsPerHub, connectionsPerHubWithFastPath } = vpnGatewaySkus[sku];
    const path = ["sites", site, "network", "vpnGateway", "sku"];
    const hint = "Take another size, or lead several sites through one of them.";
    if (connections > connectionsPerHubWithFastPath) {
      yield {
        path,
        message: `${hub} would have ${connections} connections of ${sku} gateways; a Hub has at most ${connectionsPerHubWithFastPath}`,
        hint,
      };
    } else if (connectionsPerHub !== undefined && connections > connectionsPerHub) {
      yield {
        path,
        severity: "warning",
        message: `${hub} would have ${connections} connections of ${sku} gateways; without VPN Fast Path a Hub has at most ${connectionsPerHub}`,
        hint: `Ask the operator to turn VPN Fast Path on: ${connectionsPerHubWithFastPath} are possible then. ${hint}`,
      };
    }
  }
}
