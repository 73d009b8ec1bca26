import type { Problem, SourcePosition } from "../base/index.ts";
import type { Finding } from "../core/design-rules/index.ts";

/** Something to print about a file: a problem of its text or a finding about the design in it. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Code of a problem or id of a rule. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  readonly at?: SourcePosition;
  readonly related?: Problem["related"];
  /** Ids of the pattern's requirements, for example R103. */
  readonly requirements?: readonly string[];
}

export type Severity = "error" | "warning" | "advice";

export function diagnosticOf(problem: Problem): Diagnostic {
  return { severity: "error", ...problem };
}

export function diagnosticOfFinding({ rule, ...finding }: Finding): Diagnostic {
  return { code: rule, ...finding };
}

/** What `--format json` prints for each. */
export function diagnosticJson(diagnostic: Diagnostic): object {
  const { severity, code, message, hint, path, at, related, requirements } = diagnostic;
  return { severity, code, message, hint, path, ...at, related, requirements };
}

/** `2 errors, 1 warning` */
export function countSeverities(diagnostics: readonly Diagnostic[]): string {
  const words = { error: ["error", "errors"], warning: ["warning", "warnings"], advice: ["advice", "advice"] } as const;
  const parts = Object.entries(words).flatMap(([severity, [one, many]]) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return parts.join(", ") || "nothing found";
}
