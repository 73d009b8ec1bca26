import type { RecoveryEstimate, RecoverySum, RecoveryTerm } from "../../fault-analysis/index.ts";
import { formatDuration } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

export const recoveryObjective: DesignRule = {
  id: "recovery-objective",
  severity: "error",
  requirements: ["R18", "R83", "R97"],
  asks: "After any one fault users are served again within `objectives.rto`, and no more is lost than `objectives.rpo`.",
  why: "The settings decide it, long before the day: leases, probes, how long resolvers keep an answer, whom a commit waits for.",
  example: { broken: "ttl: 30s", fixed: "ttl: 1s" },
  *check(_fleet, { faults }) {
    const { recovery } = faults();
    yield* missed(recovery, "rto");
    yield* missed(recovery, "rpo");
  },
};

/** Faults that miss for the same reason are one finding, about the worst of them. */
function* missed(recovery: readonly RecoveryEstimate[], what: "rto" | "rpo"): Iterable<Violation> {
  const groups = new Map<string, RecoveryEstimate[]>();
  for (const estimate of recovery) {
    if (estimate[what].met !== false) continue;
    const key = `${estimate.store ?? ""} ${largest(estimate[what])?.from ?? ""} ${estimate.needs ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), estimate]);
  }
  for (const group of groups.values()) {
    const [worst, ...others] = group.toSorted((a, b) => b[what].totalMs - a[what].totalMs);
    if (worst !== undefined) yield violation(worst, others.length, what);
  }
}

function violation(estimate: RecoveryEstimate, others: number, what: "rto" | "rpo"): Violation {
  const { lost, store, needs } = estimate;
  const sum = estimate[what];
  const more = others === 0 ? "" : `, and after ${others} other ${others === 1 ? "fault" : "faults"}`;
  const objective = formatDuration(sum.objectiveMs ?? 0);
  const whose = store === undefined ? "" : ` of ${store}`;
  const consequence =
    what === "rto"
      ? `users are served again${store === undefined ? "" : `, writes${whose} included,`} after ${formatDuration(sum.totalMs)}`
      : `up to ${formatDuration(sum.totalMs)} of acknowledged writes${whose} are lost`;
  return {
    path: ["objectives", what],
    message: `when ${lost} is lost${more}, ${consequence}; ${objective} is promised`,
    hint: hint(largest(sum), what === "rto" ? needs : undefined),
  };
}

function hint(term: RecoveryTerm | undefined, needs: RecoveryEstimate["needs"]): string {
  if (needs === "operator")
    return "Writes go on only when an operator has taken the lost members' votes away: put data at a third site, or promise what a person can keep. See majority-writes.";
  if (needs !== undefined)
    return "Nothing in the fleet goes on without it, so the repair decides: see single-point-of-failure.";
  if (term === undefined) return "Promise what the design can keep.";
  return `The largest part is "${term.name}", ${formatDuration(term.ms)} (${term.from}).`;
}

function largest({ terms }: RecoverySum): RecoveryTerm | undefined {
  return terms.toSorted((a, b) => b.ms - a.ms)[0];
}
