import type { Fleet, Site } from "./fleet.ts";

/** What a controller knows of a member. */
export type ControlledMember = Pick<Site, "name" | "addresses">;

/** What a controller knows of the fleet: all else can change without one of them being told. */
export interface ControlledFleet extends Pick<Fleet, "name" | "objectives" | "stores" | "traffic"> {
  readonly sites: readonly ControlledMember[];
  readonly witness?: ControlledMember;
  readonly application: Pick<Fleet["application"], "namespace">;
}
