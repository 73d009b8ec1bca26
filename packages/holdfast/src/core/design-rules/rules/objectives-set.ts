import { formatDuration } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

const YEAR_MS = 365.25 * 86_400_000;

export const objectivesSet: DesignRule = {
  id: "objectives-set",
  severity: "advice",
  requirements: ["R89"],
  asks: "The file says what was promised: availability, RTO and RPO, and the three fit together.",
  why: "Without a promise there is nothing to check the design against, and it is argued about on the day of the loss.",
  example: { broken: "availability: 99.99999%", fixed: "availability: 99.9%" },
  *check({ objectives }) {
    const { availabilityPercent, rtoMs, rpoMs } = objectives;
    const missing = [
      ...(availabilityPercent === undefined ? ["availability"] : []),
      ...(rtoMs === undefined ? ["rto"] : []),
      ...(rpoMs === undefined ? ["rpo"] : []),
    ];
    if (missing.length > 0) {
      yield {
        path: ["objectives", missing[0] ?? ""],
        message: `nothing says what was promised: ${missing.join(", ")}`,
        hint: "Add them to `objectives`, for example availability: 99.9%, rto: 1m, rpo: 0s",
      };
    }
    if (availabilityPercent === undefined || rtoMs === undefined) return;
    const downMs = YEAR_MS * (1 - availabilityPercent / 100);
    if (rtoMs > downMs) {
      yield {
        path: ["objectives", "availability"],
        severity: "warning",
        message: `${availabilityPercent}% allows ${formatDuration(Math.floor(downMs / 1_000) * 1_000)} a year, and one loss of a site may take ${formatDuration(rtoMs)}`,
        hint: "Promise a shorter RTO, or less availability.",
        related: [{ path: ["objectives", "rto"], message: "the RTO" }],
      };
    }
  },
};
