import * as z from "zod";
import { application } from "./application.ts";
import { assumptions } from "./assumptions.ts";
import { checks } from "./checks.ts";
import { access, backup, delivery, lab, maintenance, monitoring, registry } from "./operations.ts";
import * as s from "./scalars.ts";
import { link, site, witness } from "./sites.ts";
import { store } from "./stores.ts";
import { traffic } from "./traffic.ts";

const API_VERSION = "holdfast.dev/v1alpha1";

const list = <Item extends z.ZodType>(item: Item, description: string) =>
  z.array(item).prefault([]).meta({ description });

/** The file as it is written; `assembleFleet` turns its output into a Fleet. */
export const fleetFile = z
  .strictObject({
    apiVersion: z
      .literal(API_VERSION, { error: `expected ${API_VERSION}` })
      .meta({ description: "Version of this format." }),
    kind: z.literal("Fleet", { error: "expected Fleet" }).meta({ description: "Always Fleet." }),
    metadata: z
      .strictObject({
        name: s.label().meta({ description: "Name of the fleet." }),
        drivers: z
          .array(s.choice(["location", "latency", "bandwidth", "connectivity", "regulation"]))
          .prefault([])
          .meta({ description: "Why this runs on premises." }),
      })
      .meta({ description: "What the fleet is called." }),
    objectives: z
      .strictObject({
        availability: s
          .percent()
          .exactOptional()
          .meta({ description: "Part of a year in which users are served, for example 99.95%." }),
        rto: s
          .duration()
          .exactOptional()
          .meta({ description: "Longest time without service after the loss of a site." }),
        rpo: s
          .duration()
          .exactOptional()
          .meta({ description: "Longest span of acknowledged writes that may be lost; 0s: none." }),
      })
      .prefault({})
      .meta({ id: "Objectives", description: "What the organisation promised. Checked against, never assumed." }),
    sites: z
      .array(site)
      .min(1, { error: "expected at least one site" })
      .meta({ description: "Places that run the application." }),
    witness: witness.exactOptional(),
    links: list(link, "What joins the sites and the witness."),
    registry,
    application,
    stores: list(store, "Databases of the application."),
    traffic,
    backups: list(backup, "Backups of the stores."),
    monitoring: monitoring.prefault({}),
    delivery: delivery.prefault({}),
    access: access.prefault({}),
    maintenance: maintenance.prefault({}),
    assumptions: assumptions.prefault({}),
    checks: checks.prefault({}),
    lab: lab.prefault({}),
  })
  .meta({
    title: "holdfast fleet file",
    description: "Sites that share nothing, an application that outlives any one of them, and how users reach it.",
  });

export type FleetFile = z.output<typeof fleetFile>;
