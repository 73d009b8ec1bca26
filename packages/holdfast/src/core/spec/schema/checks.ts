import * as z from "zod";
import * as s from "./scalars.ts";

const SHORTEST_REASON = 10;

const suppression = z
  .strictObject({
    rule: s.label().meta({ description: "Id of the rule, as in docs/reference/rules.md." }),
    path: s
      .line()
      .exactOptional()
      .meta({ description: "Only at this path and below, for example sites[0].network; default everywhere." }),
    reason: s
      .line(`a reason of ${SHORTEST_REASON} characters or more`)
      .min(SHORTEST_REASON, { error: `expected a reason of ${SHORTEST_REASON} characters or more` })
      .meta({ description: "Why it is accepted, for those who come later." }),
    until: s.isoDate().meta({ description: "Last day on which it counts, for example 2027-03-31." }),
  })
  .meta({ id: "Suppression", description: "A finding that is known and accepted for a while." });

export const checks = z
  .strictObject({
    suppress: z.array(suppression).prefault([]).meta({ description: "Findings that are accepted for a while." }),
  })
  .meta({ id: "Checks", description: "What `holdfast check` is to leave out." });
