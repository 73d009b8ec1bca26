import { mayBePublic } from "../../spec/index.ts";
import type { DesignRule, Path } from "../rule.ts";

export const protectedLinks: DesignRule = {
  id: "protected-links",
  severity: "error",
  requirements: ["R5", "R64", "R65"],
  asks: "Replication between sites goes through a VPN or a line of one's own; through the Internet only with TLS, between public addresses.",
  why: "Between two sites the data crosses networks that are not yours: whoever runs them can read and change what is not encrypted.",
  example: {
    broken: "- { between: [seattle, portland], kind: public, latency: 4ms, bandwidth: 200Mbps }",
    fixed: "- { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }",
  },
  *check({ links, stores, sites, witness }) {
    const places = new Map<string, { readonly dataHost: string | undefined; readonly path: Path }>();
    for (const [index, site] of sites.entries()) {
      places.set(site.name, { dataHost: site.addresses.peering.dataHost, path: ["sites", index] });
    }
    if (witness !== undefined) {
      places.set(witness.name, { dataHost: witness.addresses.peering.dataHost, path: ["witness"] });
    }
    for (const [index, { kind, between }] of links.entries()) {
      if (kind !== "public") continue;
      const across = stores.filter((store) => {
        const members: readonly string[] =
          store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
        return between.every((name) => members.includes(name));
      });
      // MongoDB's members speak TLS only; PostgreSQL's replication between sites does not.
      const plain = across.find((store) => store.engine === "postgresql");
      if (plain !== undefined) {
        yield {
          path: ["links", index, "kind"],
          message: `${plain.name} would be replicated over the Internet, and PostgreSQL's replication is not encrypted`,
          hint: "Join these sites with kind: vpn.",
          related: [{ path: ["stores", stores.indexOf(plain), "name"], message: "this store" }],
        };
      }
      for (const name of across.length === 0 ? [] : between) {
        const place = places.get(name);
        if (place?.dataHost === undefined || mayBePublic(place.dataHost)) continue;
        yield {
          path: [...place.path, "addresses", "peering", "dataHost"],
          message: `${place.dataHost} is a private address, and ${name} is reached over the Internet`,
          hint: "Give it a public address that lets in the peer only, or use kind: vpn.",
          related: [{ path: ["links", index], message: "the link" }],
        };
      }
    }
  },
};
