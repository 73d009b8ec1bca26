import { toYaml } from "../../formats/index.ts";

/**
 * Text of a chart's template: data as YAML in which some values are left to Helm. Such a value is a string that nothing else can
 * be, for a fleet file has no control characters; it goes through the YAML writer like any other, and becomes an action after.
 */
const MARK = "\u0001";
const MARKED = /"\\u0001([vb])((?:[^"\\]|\\.)*?)\\u0001"/g;

/** `{{ expression }}` where a scalar stands; the expression says how it is quoted. */
export function scalarOf(expression: string): string {
  return `${MARK}v${expression}${MARK}`;
}

/** A map or a list out of the values, at the indentation of where it stands. */
export function blockOf(expression: string): string {
  return `${MARK}b${expression}${MARK}`;
}

/** `variables` come first, where they are used: what the actions call `$name`. */
export function templateText(data: unknown, variables: Readonly<Record<string, string>> = {}): string {
  const text = toYaml(data).split("\n").map(lineOf).join("\n");
  const used = Object.entries(variables).filter(([name]) => text.includes(`$${name}.`));
  return used.map(([name, expression]) => `{{- $${name} := ${expression} }}\n`).join("") + text;
}

function lineOf(line: string): string {
  const indent = /^ *(?:- )*/.exec(line)?.[0].length ?? 0;
  let text = "";
  let end = 0;
  for (const match of line.matchAll(MARKED)) {
    const expression = JSON.parse(`"${match[2] ?? ""}"`) as string;
    text += literal(line.slice(end, match.index));
    // A block begins on a line of its own: what stands before it must not end in white space.
    text =
      match[1] === "b"
        ? `${text.trimEnd()} {{- toYaml ${expression} | nindent ${indent + 2} }}`
        : `${text}{{ ${expression} }}`;
    end = match.index + match[0].length;
  }
  return text + literal(line.slice(end));
}

/** Braces that the fleet file has itself are no action. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
