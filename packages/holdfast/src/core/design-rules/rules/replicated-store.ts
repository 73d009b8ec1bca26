import type { DesignRule } from "../rule.ts";

export const replicatedStore: DesignRule = {
  id: "replicated-store",
  severity: "warning",
  requirements: ["R18", "R74", "R82"],
  asks: "Every store is replicated to another site, and a commit waits for it where no write may be lost.",
  why: "Sites share no storage: what is at one site only is lost with it, and so is what the other site did not have yet.",
  example: { broken: "sites: [seattle]", fixed: "sites: [seattle, portland]" },
  *check({ stores, sites, objectives }) {
    if (sites.length < 2) return; // several-sites says it.
    const promised = objectives.rpoMs === 0;
    for (const [index, store] of stores.entries()) {
      const path = ["stores", index];
      const data = new Set(
        store.engine === "postgresql"
          ? store.sites
          : store.members.filter((member) => member.role === "data").map((member) => member.site),
      );
      if (data.size < 2) {
        yield {
          path: [...path, store.engine === "postgresql" ? "sites" : "members"],
          severity: promised ? "error" : "warning",
          message: `${store.name} has its data at ${[...data].join("") || "no site"} only: with that site the data is lost`,
          hint: "Replicate it to a second site.",
        };
      } else if (store.engine === "postgresql" && store.durability === "local-only" && promised) {
        yield {
          path: [...path, "durability"],
          severity: "error",
          message: `a commit of ${store.name} is acknowledged before another site has it, and the RPO is 0s`,
          hint: "Use durability: replicated, or promise an RPO of some seconds.",
          related: [{ path: ["objectives", "rpo"], message: "the objective" }],
        };
      }
    }
  },
};
