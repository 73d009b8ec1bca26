import type { Fleet, Site, Witness } from "./fleet.ts";

export type Member = (Site & { readonly role: "site" }) | (Witness & { readonly role: "witness" });

/** The sites in the order of the file, then the witness: each has a cluster, and each cluster a vote. */
export function membersOf({ sites, witness }: Pick<Fleet, "sites" | "witness">): readonly Member[] {
  return [
    ...sites.map((site) => ({ ...site, role: "site" as const })),
    ...(witness ? [{ ...witness, role: "witness" as const }] : []),
  ];
}
