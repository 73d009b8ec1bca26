import { analyzeDesign } from "../../core/design-rules/index.ts";
import type { Finding } from "../../core/design-rules/index.ts";
import type { Fleet } from "../../core/spec/index.ts";
import type { Register } from "../command.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { countSeverities, diagnosticJson } from "../diagnostic.ts";
import { loadFleet, sourceReader } from "../fleet-file.ts";
import { formatOption } from "../format-option.ts";
import { formatDiagnostics } from "../problems.ts";

export const register: Register = (command, terminal) => {
  command
    .argument("<file>", "fleet file, YAML or JSON")
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nExit code: 0 no finding of severity error, 1 there is one, 2 the file cannot be used.\nEvery rule and why: docs/reference/rules.md",
    )
    .action(async (file: string, options: { format: "text" | "json" }) => {
      const parsed = await loadFleet(file);
      const findings = analyzeDesign(parsed).map(diagnosticOfFinding);
      terminal.exitWith(findings.some((finding) => finding.severity === "error") ? 1 : 0);
      if (options.format === "json") {
        terminal.out(`${JSON.stringify({ problems: findings.map(diagnosticJson) }, null, 2)}\n`);
        return;
      }
      const { outColors: colors } = terminal;
      if (findings.length > 0) terminal.out(`${formatDiagnostics(findings, sourceReader(), colors)}\n`);
      const mark = terminal.exitCode === 0 ? colors.green("✓") : colors.red("✗");
      terminal.out(`${mark} ${colors.bold(file)}: ${describe(parsed.fleet)}: ${countSeverities(findings)}\n`);
    });
};

function diagnosticOfFinding({ rule, ...finding }: Finding): Diagnostic {
  return { code: rule, ...finding };
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
