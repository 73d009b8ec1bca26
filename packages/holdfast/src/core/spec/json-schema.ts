import * as z from "zod";
import { fleetFile } from "./schema/fleet-file.ts";

/** JSON Schema (draft 2020-12) of the fleet file as it is written, for editors: what they complete and explain. */
export function fleetJsonSchema(): Record<string, unknown> {
  const { $schema, title, description, ...schema } = z.toJSONSchema(fleetFile, {
    io: "input",
    target: "draft-2020-12",
  });
  return { $schema, $id: "https://holdfast.dev/schema/v1alpha1/fleet.json", title, description, ...schema };
}
