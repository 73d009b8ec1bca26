import type { Network } from "../../spec/index.ts";
import type { ChangeRule } from "../change-rule.ts";
import { isHub, keptSites } from "../kept.ts";

interface Range {
  readonly what: string;
  readonly path: readonly string[];
  readonly of: (network: Network) => string | undefined;
  /** AKS Engine took a range of its own where none was named, so naming one later is a change too. */
  readonly engineDefault: boolean;
}

const ranges: readonly Range[] = [
  {
    what: "node subnet",
    path: ["nodeSubnet"],
    of: ({ nodeSubnet }) => nodeSubnet && `${nodeSubnet.name} (${nodeSubnet.range})`,
    engineDefault: true,
  },
  { what: "gateway subnet", path: ["gatewaySubnet"], of: ({ gatewaySubnet }) => gatewaySubnet, engineDefault: false },
  { what: "pod range", path: ["podRange"], of: ({ podRange }) => podRange, engineDefault: true },
  { what: "service range", path: ["serviceRange"], of: ({ serviceRange }) => serviceRange, engineDefault: true },
  {
    what: "DNS service address",
    path: ["dnsServiceAddress"],
    of: ({ dnsServiceAddress }) => dnsServiceAddress,
    engineDefault: true,
  },
  {
    what: "first control-plane address",
    path: ["firstControlPlaneAddress"],
    of: ({ firstControlPlaneAddress }) => firstControlPlaneAddress,
    engineDefault: true,
  },
  {
    what: "virtual network",
    path: ["existing"],
    of: ({ existing }) => existing && `${existing.resourceGroup}/${existing.virtualNetwork}`,
    engineDefault: true,
  },
];

export const changeNetwork: ChangeRule = {
  id: "change-network",
  severity: "error",
  requirements: ["R71", "R72"],
  asks: "A cluster keeps its subnets, its pod and service ranges, and the address spaces that it lies in.",
  why: "Addresses are given out when nodes are deployed, and stand in certificates, routes and firewalls on both sides of a VPN.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptSites(change)) {
      const hint =
        "Keep it, or add a site of another name with the new network, let it catch up, then remove this one.";
      const [had, has] = [before.network, after.network];
      for (const [index, space] of had.addressSpaces.entries()) {
        if (has.addressSpaces.includes(space)) continue;
        yield {
          path: [...afterPath, "network", "addressSpaces"],
          before: [...beforePath, "network", "addressSpaces", index],
          message: `${before.name} lies in ${space}, which its network would no longer have`,
          hint: "Keep it; a further address space may be added.",
        };
      }
      for (const { what, path, of, engineDefault } of ranges) {
        const [from, to] = [of(had), of(has)];
        if (from === to) continue;
        const unset = from === undefined || to === undefined;
        if (unset && !(engineDefault && isHub(before))) continue;
        yield {
          path: [...afterPath, "network", ...path],
          before: [...beforePath, "network", ...path],
          message: `${before.name}'s ${what} is ${from ?? "what AKS Engine chose"}, and cannot become ${to ?? "another"}`,
          hint,
        };
      }
    }
  },
};

export const changeVpnGateway: ChangeRule = {
  id: "change-vpn-gateway",
  severity: "error",
  requirements: ["R65"],
  asks: "A VPN gateway keeps its SKU.",
  why: "A Hub's gateway is deleted and made anew for another SKU: every link of the site is down meanwhile, and its address changes.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptSites(change)) {
      const [from, to] = [before.network.vpnGateway?.sku, after.network.vpnGateway?.sku];
      if (from === undefined || to === undefined || from === to) continue;
      yield {
        path: [...afterPath, "network", "vpnGateway", "sku"],
        before: [...beforePath, "network", "vpnGateway", "sku"],
        message: `${before.name}'s VPN gateway is ${from}, and has to be deleted to become ${to}`,
        hint: "Drain the site, take the gateway out of the file, apply, put the new one in, apply, join the links again.",
      };
    }
  },
};
