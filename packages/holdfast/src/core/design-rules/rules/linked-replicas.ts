import type { DesignRule } from "../rule.ts";

const PAIRS_SHOWN = 3;

export const linkedReplicas: DesignRule = {
  id: "linked-replicas",
  severity: "error",
  requirements: ["R64", "R65", "R74"],
  asks: "Sites that hold the same store are linked with each other.",
  why: "Replication between sites is external traffic: without a way it does not happen.",
  *check({ stores, links }) {
    const linked = new Set(links.flatMap(({ between: [a, b] }) => [`${a} ${b}`, `${b} ${a}`]));
    for (const [index, store] of stores.entries()) {
      const places = [
        ...new Set(store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site)),
      ];
      const missing = places.flatMap((a, position) =>
        places
          .slice(position + 1)
          .filter((b) => !linked.has(`${a} ${b}`))
          .map((b) => [a, b] as const),
      );
      const [first] = missing;
      if (first === undefined) continue;
      const shown = missing.slice(0, PAIRS_SHOWN).map((pair) => pair.join(" and "));
      const more = missing.length > PAIRS_SHOWN ? `, and ${missing.length - PAIRS_SHOWN} more pairs` : "";
      yield {
        path: ["stores", index, store.engine === "postgresql" ? "sites" : "members"],
        message: `${store.name} is replicated between sites that no link joins: ${shown.join("; ")}${more}`,
        hint: `Add to links: { between: [${first.join(", ")}], kind: vpn }`,
      };
    }
  },
};
