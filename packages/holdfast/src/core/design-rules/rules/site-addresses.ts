import type { DesignRule, Path } from "../rule.ts";

export const siteAddresses: DesignRule = {
  id: "site-addresses",
  severity: "advice",
  requirements: ["R32", "R65", "R67", "R106"],
  asks: "The file says where each site is reached: by users, by the other sites' controllers and by their databases.",
  why: "A first check comes before the network is built. Rendering and steering need the addresses, so they are the next thing to plan.",
  *check({ sites, witness, stores }) {
    const missing: { path: Path; name: string; key: string; why: string }[] = [];
    const leased = stores.some((store) => store.engine === "postgresql" && store.sites.length > 1);
    const peers = new Set<string>(
      stores.flatMap((store) =>
        store.engine === "postgresql"
          ? store.sites.length > 1
            ? store.sites
            : []
          : store.members.map((member) => member.site),
      ),
    );
    for (const [index, { name, addresses }] of sites.entries()) {
      const path = ["sites", index, "addresses"];
      const need = (key: string, why: string) => missing.push({ path, name, key, why });
      if (addresses.ingress === undefined) need("ingress", "users cannot be sent there");
      if (addresses.peering.kubernetesApi === undefined && leased)
        need("peering.kubernetesApi", "its vote on who may write cannot be asked");
      if (addresses.peering.dataHost === undefined && peers.has(name))
        need("peering.dataHost", "no other site can replicate with it");
    }
    if (witness !== undefined && leased && witness.addresses.peering.kubernetesApi === undefined) {
      missing.push({
        path: ["witness", "addresses"],
        name: witness.name,
        key: "peering.kubernetesApi",
        why: "its vote on who may write cannot be asked",
      });
    }
    for (const { path, name, key, why } of missing) {
      yield {
        path: [...path, ...key.split(".")],
        message: `${name} has no address ${key} yet: ${why}`,
        hint: `Add addresses.${key} when the network is planned.`,
      };
    }
  },
};
