import { shortageViolations } from "../capacity-findings.ts";
import type { DesignRule } from "../rule.ts";

export const capacityHostLost: DesignRule = {
  id: "capacity-host-lost",
  severity: "warning",
  requirements: ["R101", "R102", "R50"],
  asks: "With any one host of a Hub lost, the workers on the others have room for all components at their maximum, beside the stores.",
  why: "A Hub's hosts are restarted, one after the other, with every update; its machines on that host are away meanwhile.",
  example: {
    broken: "- { name: workers, count: 2, vmSize: Standard_A2_v2 }",
    fixed: "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
  },
  *check(_fleet, { faults }) {
    const afterHost = faults().capacity.filter(({ lost }) => lost.kind === "host");
    yield* shortageViolations(afterHost, "with one of its Hub's hosts lost");
  },
};
