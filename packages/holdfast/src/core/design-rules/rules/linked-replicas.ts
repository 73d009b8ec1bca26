import type { Fleet } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const linkedReplicas: DesignRule = {
  id: "linked-replicas",
  severity: "error",
  requirements: ["R64", "R65", "R74"],
  asks: "Sites that hold the same store are linked with each other.",
  why: "Replication between sites is external traffic: without a way it does not happen.",
  *check(fleet) {
    for (const [index, store] of fleet.stores.entries()) {
      const names = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
      const places = [...new Set(names)];
      for (const [position, a] of places.entries()) {
        for (const b of places.slice(position + 1)) {
          if (!isLinked(fleet, a, b)) {
            yield {
              path: ["stores", index, store.engine === "postgresql" ? "sites" : "members"],
              message: `${store.name} is at ${a} and ${b}, and no link joins them`,
              hint: `Add to links: { between: [${a}, ${b}], kind: vpn }`,
            };
          }
        }
      }
    }
  },
};

function isLinked({ links }: Fleet, a: string, b: string): boolean {
  return links.some(({ between }) => between.some((name) => name === a) && between.some((name) => name === b));
}
