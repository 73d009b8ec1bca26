import type { RecoveryEstimate } from "../../fault-analysis/index.ts";
import type { CheckReport } from "../check-report.ts";
import { openFindings } from "../check-report.ts";
import { capabilityNames, formatAvailability, formatSpan, isForUsers, meetsAvailability } from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

export function verdictOf(report: CheckReport): {
  readonly mark: string;
  readonly words: string;
  readonly kind: string;
} {
  const open = openFindings(report);
  const errors = open.filter(({ severity }) => severity === "error").length;
  if (errors > 0) return { mark: "✗", words: `${errors} error${errors === 1 ? "" : "s"}`, kind: "bad" };
  return { mark: "✓", words: open.length === 0 ? "nothing found" : "no errors", kind: "good" };
}

/** The few numbers that a reader wants first. */
export function summaryCards(report: CheckReport): Markup {
  return markup`<section class="cards">
    ${availabilityCards(report)}${recoveryCard("Longest outage", "rto", report)}${recoveryCard("Data lost at most", "rpo", report)}${findingsCard(report)}
  </section>`;
}

function card(title: string, value: Content, note: Content, kind: "good" | "bad" | "plain"): Markup {
  return markup`<div class="card ${kind}">
    <h3>${title}</h3>
    <p class="value">${value}</p>
    <p class="note">${note}</p>
  </div>`;
}

function availabilityCards({ analysis, parsed: { fleet } }: CheckReport): Markup[] {
  const objective = fleet.objectives.availabilityPercent;
  return analysis.capabilities
    .filter(({ capability }) => isForUsers(capability))
    .map(({ capability, availability, downtimeMsPerYear }) => {
      const met = meetsAvailability(availability, objective);
      const down = downtimeMsPerYear === undefined ? "" : `${formatSpan(downtimeMsPerYear)} down a year`;
      const promised =
        objective === undefined
          ? "no objective"
          : `${met === true ? "✓" : met === false ? "✗" : ""} objective ${objective} %`;
      return card(
        capabilityNames[capability],
        availability === undefined ? "not computed" : formatAvailability(availability),
        [promised, markup`<br>`, down],
        met === undefined ? "plain" : met ? "good" : "bad",
      );
    });
}

/** The worst of all faults, whoever ends it; to restore from a backup is another matter. */
function recoveryCard(
  title: string,
  key: "rto" | "rpo",
  { analysis, parsed: { fleet } }: CheckReport,
): Markup | undefined {
  const worst = analysis.recovery
    .filter(({ fault }) => fault !== "restore-from-backup")
    .reduce<RecoveryEstimate | undefined>(
      (found, one) => (found === undefined || one[key].totalMs > found[key].totalMs ? one : found),
      undefined,
    );
  if (worst === undefined) return undefined;
  const objectiveMs = key === "rto" ? fleet.objectives.rtoMs : fleet.objectives.rpoMs;
  const met = objectiveMs === undefined ? undefined : worst[key].totalMs <= objectiveMs;
  const promised =
    objectiveMs === undefined ? "no objective" : `${met === true ? "✓" : "✗"} objective ${formatSpan(objectiveMs)}`;
  return card(
    title,
    formatSpan(worst[key].totalMs),
    [
      promised,
      markup`<br>`,
      worst[key].totalMs === 0 ? "whatever is lost alone" : `when ${worst.lost} is lost`,
      whoEndsIt(key, worst),
    ],
    met === undefined ? "plain" : met ? "good" : "bad",
  );
}

function whoEndsIt(key: "rto" | "rpo", { needs }: RecoveryEstimate): Content {
  if (key === "rpo" || needs === undefined) return undefined;
  return [markup`<br>`, needs === "operator" ? "a person has to act" : "until it is repaired"];
}

function findingsCard(report: CheckReport): Markup {
  const open = openFindings(report);
  const count = (wanted: string) => open.filter(({ severity }) => severity === wanted).length;
  const accepted = report.findings.length - open.length;
  return card(
    "Findings",
    markup`<span class="error">${count("error")}</span> <span class="warning">${count("warning")}</span>
      <span class="advice">${count("advice")}</span>`,
    `errors, warnings, advice${accepted === 0 ? "" : ` · ${accepted} accepted for now`}`,
    count("error") > 0 ? "bad" : "plain",
  );
}
