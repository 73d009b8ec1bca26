import type { DesignRule } from "../rule.ts";

export const driversRecorded: DesignRule = {
  id: "drivers-recorded",
  severity: "advice",
  requirements: ["R3"],
  asks: "The fleet says why it runs on premises: location, latency, bandwidth, connectivity or regulation.",
  why: "Every later choice rests on it: who does not know that it is regulation moves the backups to a cloud to save money.",
  example: { broken: "drivers: []", fixed: "drivers: [regulation, location]" },
  *check({ drivers }) {
    if (drivers.length > 0) return;
    yield {
      path: ["metadata", "drivers"],
      message: "nothing says why this runs on premises",
      hint: "Add to metadata: drivers: [...], from location, latency, bandwidth, connectivity and regulation.",
    };
  },
};
