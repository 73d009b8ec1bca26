import type { Colors } from "picocolors/types";
import type { SourcePosition } from "../base/index.ts";
import { maskSecrets } from "../core/spec/index.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { wrapLine } from "./wrap.ts";

/** The lines of a file, or undefined where it cannot be read (any more). */
export type SourceReader = (file: string) => readonly string[] | undefined;

const WIDEST_LINE = 160;
/** Enough to recognise a secret that begins in what is shown. */
const LONGEST_LOOKED_AT = 4_000;

/**
 * Diagnostics for people, each with the lines it is about:
 *
 *   error[unknown-key]: unknown key "replica"
 *     --> holdfast.yaml:49:7
 *      |
 *   48 |       ports: [{ name: http, port: 8080 }]
 *   49 |       replica: 2
 *      |       ^^^^^^^
 *      = help: Did you mean "replicas"?
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceReader,
  colors: Colors,
  columns = Infinity,
): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, source, colors, columns)).join("\n");
}

function formatDiagnostic(diagnostic: Diagnostic, source: SourceReader, colors: Colors, columns: number): string {
  const { severity, code, message, at, related = [], hint, requirements = [] } = diagnostic;
  const paint = severityColor(severity, colors);
  const places = [...(at === undefined ? [] : [at]), ...related.map((one) => one.at)];
  const gutter = " ".repeat(Math.max(2, ...places.map((place) => String(place.line + 1).length)));
  // The sign for what is left out takes a column, too.
  const widest = Math.min(WIDEST_LINE, columns - gutter.length - " | ".length - 1);
  const title = `${paint(colors.bold(`${severity}[${code}]`))}${colors.bold(`: ${visible(message)}`)}`;
  const lines = wrapLine(title, columns, "  ");
  if (at !== undefined) {
    lines.push(
      `${gutter}${colors.blue("-->")} ${formatPosition(at)}${diagnostic.path ? colors.dim(`  ${visible(diagnostic.path)}`) : ""}`,
    );
    lines.push(...excerpt(at, source(at.file), { gutter, colors, mark: "^", paint, widest, ...forCode(code) }));
  }
  for (const { message: note, at: place } of related) {
    lines.push(`${gutter}${colors.blue(":::")} ${formatPosition(place)}`);
    lines.push(
      ...excerpt(place, source(place.file), {
        gutter,
        colors,
        mark: "-",
        paint: colors.blue,
        widest,
        context: 0,
        note,
      }),
    );
  }
  const under = (label: string) => " ".repeat(gutter.length + ` = ${label} `.length);
  if (hint !== undefined) {
    const help = `${gutter} ${colors.blue("=")} ${colors.bold("help:")} ${visible(hint)}`;
    lines.push(...wrapLine(help, columns, under("help:")));
  }
  if (requirements.length > 0) {
    const pattern = `${gutter} ${colors.blue("=")} ${colors.dim(`pattern: ${requirements.join(", ")}`)}`;
    lines.push(...wrapLine(pattern, columns, under("pattern:")));
  }
  return lines.join("\n") + "\n";
}

interface ExcerptStyle {
  readonly gutter: string;
  readonly colors: Colors;
  readonly mark: "^" | "-";
  readonly paint: (text: string) => string;
  readonly widest: number;
  /** Lines shown before and after. */
  readonly context: number;
  readonly note?: string;
  /** Shows nothing after the key that is pointed to: the rest is what must not be printed. */
  readonly hideValue?: boolean;
}

function forCode(code: string): Pick<ExcerptStyle, "context" | "hideValue"> {
  return code === "secret-in-plain-text" ? { context: 0, hideValue: true } : { context: 1 };
}

function excerpt(at: SourcePosition, lines: readonly string[] | undefined, style: ExcerptStyle): string[] {
  const whole = lines?.[at.line - 1];
  if (lines === undefined || whole === undefined) return [];
  const text = style.hideValue ? hideValue(whole, at) : whole;
  const { gutter, colors, paint, widest } = style;
  const bar = colors.blue("|");
  const numbered = (line: number): string =>
    `${colors.blue(String(line).padStart(gutter.length))} ${bar} ${shown(line === at.line ? text : (lines[line - 1] ?? ""), widest)}`.trimEnd();

  const rows = [`${gutter} ${bar}`];
  for (
    let line = Math.max(1, at.line - style.context);
    line <= Math.min(lines.length, at.line + style.context);
    line += 1
  ) {
    if (line > at.line && (lines[line - 1] ?? "").trim() === "") continue;
    rows.push(line === at.line ? numbered(line) : colors.dim(numbered(line)));
    if (line === at.line && at.column <= widest) {
      const indent = text.slice(0, at.column - 1).replace(/[^\t]/g, " ");
      const width = Math.max(1, Math.min(at.length ?? 1, text.length - at.column + 1, widest - at.column + 1));
      rows.push(
        `${gutter} ${bar} ${indent}${paint(style.mark.repeat(width))}${style.note === undefined ? "" : ` ${paint(style.note)}`}`,
      );
    }
  }
  return rows;
}

function hideValue(line: string, at: SourcePosition): string {
  const before = line.slice(0, at.column - 1);
  const key = /^["']?[A-Za-z_][A-Za-z0-9_]*["']?\s*:/.exec(line.slice(at.column - 1))?.[0];
  return key === undefined ? `${before}***` : `${before}${key} ***`;
}

/** A source line as it may be shown: no secrets, no control characters that would steer the terminal, no endless lines. */
function shown(line: string, widest: number): string {
  const masked = visible(maskSecrets(line.slice(0, LONGEST_LOOKED_AT)));
  return masked.length > widest ? `${masked.slice(0, widest)}…` : masked;
}

export function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "·");
}

function formatPosition(at: SourcePosition): string {
  return `${visible(at.file)}:${at.line}:${at.column}`;
}

function severityColor(severity: Severity, colors: Colors): (text: string) => string {
  return { error: colors.red, warning: colors.yellow, advice: colors.cyan }[severity];
}
