import type { Colors } from "picocolors/types";
import type { CheckReport } from "../../core/check-report/index.ts";
import {
  capabilityNames,
  describeLost,
  describeShortage,
  faultNames,
  formatAvailability,
  formatSpan,
  groupRecovery,
  isForUsers,
  isNever,
  labelsOf,
  meetsAvailability,
} from "../../core/check-report/index.ts";
import type { CapabilityAnalysis, CapacityAnalysis, RecoverySum } from "../../core/fault-analysis/index.ts";
import { visible } from "../problems.ts";
import { wrapLine } from "../wrap.ts";
import { cell, textTable, unbroken } from "./text-table.ts";
import type { Cell } from "./text-table.ts";
import type { TextStyle } from "./text-style.ts";

const SINGLE_POINTS_MAX = 6;
const LOST_MAX = 4;
const RECOVERY_MAX = 12;

/** What to expect of the design; each number with how it came about. */
export function predictionsText(report: CheckReport, style: TextStyle): string {
  return [capabilityTable(report, style), recoveryList(report, style), capacityLines(report, style)]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("");
}

function heading(title: string, how: string, { colors, columns }: TextStyle): string {
  return `${wrapLine(`${colors.bold(title)}${colors.dim(` (${how})`)}`, columns, "  ").join("\n")}\n`;
}

function capabilityTable({ analysis, parsed: { fleet } }: CheckReport, style: TextStyle): string {
  const { colors, columns } = style;
  const labels = labelsOf(analysis);
  const distributed = new Set(analysis.components.filter((one) => one.distributed).map(({ id }) => id));
  const pairs = analysis.capabilities.some(({ cutSetOrder }) => cutSetOrder > 1);
  const rows = analysis.capabilities.map((one): Cell[] => [
    cell(capabilityNames[one.capability]),
    singlePoints(one, { labels, distributed }, colors),
    ...(pairs ? [largerSets(one, colors)] : []),
    ...availability(one, fleet.objectives.availabilityPercent, colors),
  ]);
  const head = ["to", "ended by one loss of", ...(pairs ? ["or of more"] : []), "availability", "", "down a year"].map(
    (text, column, all) =>
      cell(text, colors.dim, column === all.length - 1 || text === "availability" ? "right" : "left"),
  );
  return (
    heading("What it can do", "predicted: exact for the parts' figures, which --format html lists", style) +
    textTable([head, ...rows], columns)
  );
}

function singlePoints(
  { cutSets }: CapabilityAnalysis,
  { labels, distributed }: { readonly labels: ReadonlyMap<string, string>; readonly distributed: ReadonlySet<string> },
  colors: Colors,
): Cell {
  const single = cutSets.flatMap((set) => (set.length === 1 ? set : []));
  if (isNever(cutSets)) return cell("it never can, whatever works", colors.red);
  if (single.length === 0) return cell("nothing", colors.green);
  // One's own come first: a service that its maker runs at many places is nobody's to double.
  const [own, others] = [single.filter((id) => !distributed.has(id)), single.filter((id) => distributed.has(id))];
  const names = [
    ...own.map((id) => visible(labels.get(id) ?? id)),
    ...others.map((id) => `${visible(labels.get(id) ?? id)} (its maker runs many)`),
  ];
  const more = names.length - SINGLE_POINTS_MAX;
  return {
    lines: [...names.slice(0, SINGLE_POINTS_MAX), ...(more > 0 ? [`and ${more} more: --format html`] : [])],
    paint: own.length > 0 ? colors.red : colors.yellow,
  };
}

function largerSets({ cutSets, cutSetOrder }: CapabilityAnalysis, colors: Colors): Cell {
  if (isNever(cutSets)) return cell("");
  const counts = Array.from({ length: Math.max(0, cutSetOrder - 1) }, (_, index) => {
    const size = index + 2;
    const count = cutSets.filter((set) => set.length === size).length;
    return count === 0 ? [] : [`${count} ${size === 2 ? (count === 1 ? "pair" : "pairs") : `sets of ${size}`}`];
  }).flat();
  return { lines: [counts.join(", ") || (cutSetOrder > 1 ? "no pair" : "not looked for")], paint: colors.dim };
}

function availability(
  { capability, availability: value, downtimeMsPerYear }: CapabilityAnalysis,
  objective: number | undefined,
  colors: Colors,
): Cell[] {
  const met = isForUsers(capability) ? meetsAvailability(value, objective) : undefined;
  return [
    cell(value === undefined ? "too large to compute" : unbroken(formatAvailability(value)), undefined, "right"),
    met === undefined ? cell("") : cell(unbroken(`${met ? "✓" : "✗"} ${objective} %`), met ? colors.green : colors.red),
    cell(downtimeMsPerYear === undefined ? "" : unbroken(formatSpan(downtimeMsPerYear)), undefined, "right"),
  ];
}

function recoveryList({ analysis, parsed: { fleet } }: CheckReport, style: TextStyle): string {
  const { colors, columns } = style;
  const groups = groupRecovery(analysis.recovery);
  if (groups.length === 0) return "";
  const rows = groups.slice(0, RECOVERY_MAX).map(({ first, lost }): Cell[] => {
    const named = lost.slice(0, LOST_MAX).map(visible).join(", ");
    const more = lost.length > LOST_MAX ? `, and ${lost.length - LOST_MAX} more` : "";
    const store = first.store === undefined || fleet.stores.length < 2 ? "" : ` (${visible(first.store)})`;
    const details = [
      ...termsOf(first.rto),
      ...(first.automatic || first.needs === "repair" ? [] : ["a person has to act"]),
    ];
    return [
      cell(faultNames[first.fault]),
      judged(first.rto, colors),
      judged(first.rpo, colors),
      { lines: [`${named}${more}${store}`, ...details.map((detail) => `  ${detail}`)] },
    ];
  });
  const head = ["fault", "users wait (RTO)", "data lost (RPO)", "what is lost, and what the time is made of"].map(
    (text) => cell(text, colors.dim),
  );
  const more = groups.length > RECOVERY_MAX ? `  and ${groups.length - RECOVERY_MAX} more: --format html\n` : "";
  return (
    heading("What a fault costs", "predicted: sums of terms from the file and of measured times", style) +
    textTable([head, ...rows], columns) +
    more
  );
}

function termsOf({ terms }: RecoverySum): string[] {
  return terms
    .filter(({ ms }) => ms > 0)
    .map(({ name, ms, from }) => `${formatSpan(ms)} ${visible(name)} (${visible(from)})`);
}

function judged({ totalMs, objectiveMs, met }: RecoverySum, colors: Colors): Cell {
  const total = unbroken(formatSpan(totalMs));
  if (met === undefined || objectiveMs === undefined) return cell(total);
  return cell(
    `${total}  ${unbroken(`${met ? "✓" : "✗"} ${formatSpan(objectiveMs)}`)}`,
    met ? colors.green : colors.red,
  );
}

function capacityLines({ analysis: { capacity } }: CheckReport, style: TextStyle): string {
  const { colors, columns } = style;
  if (capacity.length === 0) return "";
  const marks = { yes: colors.green("✓"), no: colors.red("✗"), unknown: colors.dim("?") };
  const lines = capacity.map((one) => `  ${marks[one.fits]} ${describeLost(one.lost)}: ${outcome(one)}`);
  const shown = [...new Set(lines)].flatMap((line) => wrapLine(line, columns, "    "));
  const how = "predicted: from requests, replica maxima, nodes and quotas";
  return `${heading("Whether the rest carries the load", how, style)}${shown.map((line) => `${line}\n`).join("")}`;
}

function outcome({ fits, shortages, unknownSites }: CapacityAnalysis): string {
  if (fits === "yes") return "it fits";
  const unknown =
    unknownSites.length === 0
      ? []
      : [`the file does not say how large ${unknownSites.join(", ")} ${unknownSites.length === 1 ? "is" : "are"}`];
  return [...shortages.map(describeShortage), ...unknown].join("; ");
}
