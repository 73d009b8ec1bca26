import type { Colors } from "picocolors/types";
import type { CheckReport } from "../../core/check-report/index.ts";
import { openFindings, suppressedFindings } from "../../core/check-report/index.ts";
import type { Fleet } from "../../core/spec/index.ts";
import { countSeverities, diagnosticOfFinding } from "../diagnostic.ts";
import { sourceReader } from "../fleet-file.ts";
import { formatDiagnostics } from "../problems.ts";
import { changeText } from "./change-text.ts";
import { wrapLine } from "../wrap.ts";
import { predictionsText } from "./predictions-text.ts";
import type { TextStyle } from "./text-style.ts";

/** For people: each finding with its lines, then what to expect of the design, then one line that says it all. */
export function textReport(report: CheckReport, { quiet, ...style }: { readonly quiet: boolean } & TextStyle): string {
  const { colors, columns } = style;
  const open = openFindings(report);
  const shown = quiet ? open.filter(({ severity }) => severity === "error") : open;
  const findings =
    shown.length === 0 ? "" : `${formatDiagnostics(shown.map(diagnosticOfFinding), sourceReader(), colors, columns)}\n`;
  const rest = quiet ? "" : `${predictionsText(report, style)}${changeText(report, style)}`;
  return `${findings}${rest}${wrapLine(lastLine(report, colors), columns, "  ").join("\n")}\n`;
}

export function lastLine(report: CheckReport, colors: Colors): string {
  const open = openFindings(report);
  const mark = open.some(({ severity }) => severity === "error") ? colors.red("✗") : colors.green("✓");
  const counts = `${countSeverities(open.map(diagnosticOfFinding))}${countSuppressed(report)}`;
  return `${mark} ${colors.bold(report.file)}: ${describe(report.parsed.fleet)}: ${counts}`;
}

/** `; 2 suppressed (1 error)`: what is accepted for now must not be forgotten. */
function countSuppressed(report: CheckReport): string {
  const suppressed = suppressedFindings(report);
  if (suppressed.length === 0) return "";
  return `; ${suppressed.length} suppressed (${countSeverities(suppressed.map(diagnosticOfFinding))})`;
}

function describe({ name, sites, witness, stores }: Fleet): string {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  return [
    `fleet ${name}`,
    count(sites.length, "site"),
    ...(witness ? ["a witness"] : []),
    count(stores.length, "store"),
  ].join(", ");
}
