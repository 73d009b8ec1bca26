import type { Network } from "../../spec/index.ts";
import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";
import type { DesignRule, Path } from "../rule.ts";

interface Place {
  readonly name: string;
  readonly network: Network;
  readonly path: Path;
}

export const disjointAddresses: DesignRule = {
  id: "disjoint-addresses",
  severity: "error",
  requirements: ["R65", "R71"],
  asks: "The address spaces of linked sites do not overlap.",
  why: "A VPN cannot route to an address that both of its ends have. AKS Engine's defaults are the same at every site.",
  *check({ sites, witness, links }) {
    const places = new Map<string, Place>(
      sites.map((site, index) => [site.name, { ...site, path: ["sites", index, "network"] }]),
    );
    if (witness !== undefined) places.set(witness.name, { ...witness, path: ["witness", "network"] });
    for (const link of links) {
      const [a, b] = link.between.map((name) => places.get(name));
      if (link.kind === "public" || a === undefined || b === undefined) continue;
      for (const [index, space] of b.network.addressSpaces.entries()) {
        const other = a.network.addressSpaces.findIndex((one) => overlap(one, space));
        if (other >= 0) {
          yield {
            path: [...b.path, "addressSpaces", index],
            message: `${space} of ${b.name} overlaps ${String(a.network.addressSpaces[other])} of ${a.name}: their VPN cannot route`,
            hint: "Give each site a range of its own before the network is built.",
            related: [{ path: [...a.path, "addressSpaces", other], message: `${a.name} has this` }],
          };
        }
      }
    }
  },
};

function overlap(a: string, b: string): boolean {
  const [first, second] = [parseIpv4Range(a), parseIpv4Range(b)];
  return first !== undefined && second !== undefined && rangesOverlap(first, second);
}
