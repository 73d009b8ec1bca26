import { shortageViolations } from "../capacity-findings.ts";
import type { DesignRule } from "../rule.ts";

/** Sites that do not say what their cluster is built of are left out: nobody knows. */
export const capacityOneSiteLost: DesignRule = {
  id: "capacity-one-site-lost",
  severity: "error",
  requirements: ["R18", "R38", "R49", "R50", "R91"],
  asks: "With any one site lost, every other has room for all components at their maximum, beside its stores, within its quotas.",
  why: "The users of a lost site come to the others at once. What does not fit waits, and what they share with it suffers.",
  example: {
    broken: "- { name: workers, count: 2, vmSize: Standard_A2_v2 }",
    fixed: "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
  },
  *check(_fleet, { faults }) {
    const afterSite = faults().capacity.filter(({ lost }) => lost.kind === "site");
    yield* shortageViolations(afterSite, "with another site lost");
  },
};
