import type { CapabilityAnalysis, FaultAnalysis } from "../../fault-analysis/index.ts";
import { formatDuration } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const availabilityObjective: DesignRule = {
  id: "availability-objective",
  severity: "error",
  requirements: ["R15", "R103"],
  asks: "The availability that is predicted is no less than `objectives.availability`.",
  why: "A promise that the parts cannot keep is broken on an ordinary day.",
  example: { broken: "availability: 99.9999%", fixed: "availability: 99.95%" },
  *check({ objectives: { availabilityPercent }, stores }, { faults }) {
    if (availabilityPercent === undefined) return;
    const analysis = faults();
    const looked = stores.length > 0 ? "serve-writes" : "serve-reads";
    const found = analysis.capabilities.find(({ capability }) => capability === looked);
    if (found?.availability === undefined || found.availability * 100 >= availabilityPercent) return;
    const { downtimeMsPerYear = 0 } = found;
    const allowedMs = ((100 - availabilityPercent) / 100) * YEAR_MS;
    yield {
      path: ["objectives", "availability"],
      message: `users are predicted to be without ${looked === "serve-writes" ? "writes" : "service"} for ${span(downtimeMsPerYear)} a year, ${span(allowedMs)} are allowed`,
      hint: worst(found, analysis),
    };
  },
};

const YEAR_MS = 365.25 * 24 * 3_600_000;

function worst({ importance, downtimeMsPerYear = 0 }: CapabilityAnalysis, { components }: FaultAnalysis): string {
  const [first] = importance;
  const component = components.find(({ id }) => id === first?.id);
  if (first === undefined || component === undefined) return "Nothing brings users back: see the other findings.";
  const percent = Math.round((first.downtimeMsPerYear / downtimeMsPerYear) * 100);
  return `Begin with ${component.label}: if it never failed, ${percent} % of that would go. Figures of your own go into assumptions.figures.`;
}

/** To the second: more would be more than anybody knows. */
function span(ms: number): string {
  return formatDuration(Math.max(1_000, Math.round(ms / 1_000) * 1_000));
}
