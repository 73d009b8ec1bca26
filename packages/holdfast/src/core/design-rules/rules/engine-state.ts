import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const engineState: DesignRule = {
  id: "engine-state",
  severity: "error",
  requirements: ["R93", "R94"],
  asks: "What AKS Engine writes is kept encrypted to the keys of at least two people.",
  why: "It holds every key of the cluster in plain text, and each later scale or upgrade needs it: lost with one person's key, the cluster can only be built anew.",
  *check(fleet) {
    const [first] = hubSitesOf(fleet);
    if (first === undefined) return;
    const recipients = new Set(fleet.access.stateRecipients);
    const path = ["access", "stateRecipients"];
    if (recipients.size === 0) {
      yield {
        path,
        message: `nobody is named who can open what AKS Engine writes for ${first.site.name}: the rendered scripts refuse to build a cluster`,
        hint: "Add access.stateRecipients: the public keys, age1..., of two operators or more (age-keygen makes one).",
      };
    } else if (recipients.size === 1) {
      yield {
        path,
        severity: "advice",
        message: "one key opens what AKS Engine wrote: without it no cluster can be scaled or upgraded any more",
        hint: "Add the public key of a second person.",
      };
    }
  },
};
