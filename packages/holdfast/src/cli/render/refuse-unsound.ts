import { analyzeDesign } from "../../core/design-rules/index.ts";
import type { ParsedFleet } from "../../core/spec/index.ts";
import { countSeverities, diagnosticJson, diagnosticOfFinding } from "../diagnostic.ts";
import { sourceReader } from "../fleet-file.ts";
import { formatDiagnostics } from "../problems.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Artifacts of a design that cannot work would fail half-way through a deployment, on machines that are then half built. So a
 * file in which `check` finds an error is not rendered. True when there was one; it has then been printed, as `check` prints it.
 */
export function refuseUnsound(parsed: ParsedFleet, format: "text" | "json", terminal: Terminal): boolean {
  const today = new Date().toISOString().slice(0, 10);
  const errors = analyzeDesign(parsed, { today })
    .filter(({ severity, suppressed }) => severity === "error" && suppressed === undefined)
    .map(diagnosticOfFinding);
  if (errors.length === 0) return false;
  terminal.exitWith(1);
  if (format === "json") {
    terminal.out(`${JSON.stringify({ problems: errors.map(diagnosticJson) }, null, 2)}\n`);
    return true;
  }
  const { errColors: colors } = terminal;
  const how = "nothing was rendered; --allow-findings renders it all the same";
  terminal.err(`${formatDiagnostics(errors, sourceReader(), colors, terminal.errColumns)}\n`);
  terminal.err(`${colors.red("✗")} the design has ${countSeverities(errors)}: ${how}\n`);
  return true;
}
