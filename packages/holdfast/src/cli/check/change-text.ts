import type { Colors } from "picocolors/types";
import type { CheckReport } from "../../core/check-report/index.ts";
import { capabilityNames, faultNames, formatAvailability, formatSpan } from "../../core/check-report/index.ts";
import type { CapabilityChange, RecoveryChange } from "../../core/change-check/index.ts";
import type { Finding } from "../../core/design-rules/index.ts";
import { visible } from "../problems.ts";
import { wrapLine } from "../wrap.ts";
import type { TextStyle } from "./text-style.ts";

const LISTED_MAX = 10;

/** Worse with −, better with +: what is the same in both files is not shown. */
export function changeText({ change }: CheckReport, { colors, columns }: TextStyle): string {
  if (change === undefined) return "";
  const { findings, capabilities, recovery } = change;
  const lines = [
    ...limited(findings.appeared.map((finding) => colors.red(`− new ${describe(finding)}`))),
    ...limited(findings.gone.map((finding) => colors.green(`+ gone ${describe(finding)}`))),
    ...capabilities.flatMap((one) => describeCapability(one, colors)),
    ...limited(recovery.map((one) => describeRecovery(one, colors))),
  ];
  const nothing = lines.length === 0 ? ["nothing gets better or worse"] : [];
  const shown = [...lines, ...nothing].flatMap((line) => wrapLine(`  ${line}`, columns, "    "));
  return `${colors.bold(`Against ${visible(change.against)}`)}\n${shown.map((line) => `${line}\n`).join("")}\n`;
}

function limited(lines: readonly string[]): string[] {
  return [
    ...lines.slice(0, LISTED_MAX),
    ...(lines.length > LISTED_MAX ? [`  and ${lines.length - LISTED_MAX} more`] : []),
  ];
}

function describe({ severity, rule, message, at }: Finding): string {
  return `${severity}[${rule}]: ${visible(message)} (${visible(at.file)}:${at.line})`;
}

function describeCapability(
  { capability, availability, downtimeMsPerYear, cutSets }: CapabilityChange,
  colors: Colors,
): string[] {
  const name = capabilityNames[capability];
  const { before, after } = availability;
  const sets = [
    ...limited(cutSets.appeared.map((set) => colors.red(`− ${name}: newly ended by ${visible(set.join(" + "))}`))),
    ...limited(cutSets.gone.map((set) => colors.green(`+ ${name}: no longer ended by ${visible(set.join(" + "))}`))),
  ];
  if (before === undefined || after === undefined || before === after) return sets;
  const moreDown = (downtimeMsPerYear.after ?? 0) - (downtimeMsPerYear.before ?? 0);
  const [from, to] = [formatAvailability(before), formatAvailability(after)];
  const line = `${name}: availability ${from === to ? `still ${to}` : `${from} → ${to}`}, ${formatSpan(Math.abs(moreDown))} ${moreDown > 0 ? "more" : "less"} down a year`;
  return [after < before ? colors.red(`− ${line}`) : colors.green(`+ ${line}`), ...sets];
}

function describeRecovery({ fault, lost, store, rtoMs, rpoMs }: RecoveryChange, colors: Colors): string {
  const span = (ms: number | undefined) => (ms === undefined ? "none" : formatSpan(ms));
  const parts = (
    [
      ["RTO", rtoMs],
      ["RPO", rpoMs],
    ] as const
  ).flatMap(([name, { before, after }]) => (before === after ? [] : [`${name} ${span(before)} → ${span(after)}`]));
  const worse = (rtoMs.after ?? 0) > (rtoMs.before ?? Infinity) || (rpoMs.after ?? 0) > (rpoMs.before ?? Infinity);
  const better = (rtoMs.after ?? Infinity) < (rtoMs.before ?? 0) || (rpoMs.after ?? Infinity) < (rpoMs.before ?? 0);
  const text = `${faultNames[fault]}, ${visible(lost)}${store === undefined ? "" : ` (${store})`}: ${parts.join(", ")}`;
  if (worse) return colors.red(`− ${text}`);
  return better ? colors.green(`+ ${text}`) : `· ${text}`;
}
