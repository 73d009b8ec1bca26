import { createHash } from "node:crypto";
import { stringify } from "yaml";

/**
 * Our own reading of a chart's template: the part of Go's text/template, and of Helm's functions, that the charts here use. What it
 * does not know it refuses, so that a template cannot pass by being misread. https://helm.sh/docs/chart_template_guide/
 */
export function evaluateTemplate(template: string, data: unknown): string {
  const variables = new Map<string, unknown>();
  let output = "";
  let end = 0;
  for (const match of template.matchAll(/\{\{(-?)\s((?:"(?:[^"\\]|\\.)*"|[^"])*?)\s(-?)\}\}/g)) {
    let text = template.slice(end, match.index);
    if (match[1] === "-") text = text.trimEnd();
    output += text;
    end = match.index + match[0].length;
    if (match[3] === "-") end += /^\s*/.exec(template.slice(end))?.[0].length ?? 0;
    const action = match[2] ?? "";
    const assigned = /^\$(\w+) := (.+)$/s.exec(action);
    if (assigned) variables.set(assigned[1] ?? "", pipeline(assigned[2] ?? "", data, variables));
    else output += shown(pipeline(action, data, variables));
  }
  return output + template.slice(end);
}

type Variables = ReadonlyMap<string, unknown>;

function pipeline(text: string, data: unknown, variables: Variables): unknown {
  return tokens(text)
    .reduce<string[][]>(
      (commands, token) =>
        token === "|" ? [...commands, []] : [...commands.slice(0, -1), [...(commands.at(-1) ?? []), token]],
      [[]],
    )
    .reduce<{ value?: unknown; first: boolean }>(
      ({ value, first }, command) => ({ value: call(command, first ? [] : [value], data, variables), first: false }),
      { first: true },
    ).value;
}

function tokens(text: string): readonly string[] {
  const found = text.match(/"(?:[^"\\]|\\.)*"|\||[^\s|"]+/g) ?? [];
  if (found.join("") !== text.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : "")))
    throw new SyntaxError(`cannot read ${text}`);
  return found;
}

function call(
  [name = "", ...rest]: readonly string[],
  piped: readonly unknown[],
  data: unknown,
  variables: Variables,
): unknown {
  const operands = [...rest.map((token) => operand(token, data, variables)), ...piped];
  const known = FUNCTIONS[name];
  if (known !== undefined) return known(operands);
  if (rest.length > 0 || piped.length > 0) throw new SyntaxError(`the function ${name} is not known`);
  return operand(name, data, variables);
}

function operand(token: string, data: unknown, variables: Variables): unknown {
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (/^\d+$/.test(token)) return Number(token);
  const [head = "", ...fields] = token.split(".");
  if (head !== "" && !(head.startsWith("$") && variables.has(head.slice(1))))
    throw new SyntaxError(`${token} is not known`);
  return fields.reduce<unknown>(field, head === "" ? data : variables.get(head.slice(1)));
}

/** Stricter than Go, which prints `<no value>`: in a chart that is always a mistake. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !(name in value)) throw new RangeError(`there is no ${name}`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

const FUNCTIONS: Readonly<Record<string, (operands: readonly unknown[]) => unknown>> = {
  index: ([value, key]) => field(value, String(key)),
  quote: ([value]) => JSON.stringify(String(value)),
  printf: ([format, ...values]) => {
    let next = 0;
    return String(format).replaceAll("%s", () => String(values[next++]));
  },
  toYaml: ([value]) => stringify(value, { lineWidth: 0 }).trimEnd(),
  toJson: ([value]) => JSON.stringify(value, (_key, member: unknown) => sorted(member)),
  nindent: ([spaces, text]) => `\n${String(text)}`.replaceAll("\n", `\n${" ".repeat(Number(spaces))}`),
  sha256sum: ([text]) => createHash("sha256").update(String(text)).digest("hex"),
  trunc: ([length, text]) => String(text).slice(0, Number(length)),
};

function sorted(member: unknown): unknown {
  if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError("only text and numbers stand in a manifest");
}
