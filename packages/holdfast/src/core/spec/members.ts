import type { ControlledFleet, ControlledMember } from "./controlled-fleet.ts";
import type { Fleet, Site, Witness } from "./fleet.ts";

export type Member = (Site & { readonly role: "site" }) | (Witness & { readonly role: "witness" });

/** The sites in the order of the file, then the witness: each has a cluster, and each cluster a vote. */
export function membersOf(fleet: Pick<Fleet, "sites" | "witness">): readonly Member[];
export function membersOf(
  fleet: Pick<ControlledFleet, "sites" | "witness">,
): readonly (ControlledMember & Pick<Member, "role">)[];
export function membersOf({
  sites,
  witness,
}: Pick<ControlledFleet, "sites" | "witness">): readonly (ControlledMember & Pick<Member, "role">)[] {
  return [
    ...sites.map((site) => ({ ...site, role: "site" as const })),
    ...(witness ? [{ ...witness, role: "witness" as const }] : []),
  ];
}
