/**
 * JSON data as block-style YAML, made for a fleet of a thousand sites: a general library takes twenty times as long. Keys
 * stay in the order in which they were given, except that a manifest leads with what people look for first.
 */
export function toYaml(value: unknown): string {
  const lines: string[] = [];
  writeBlock(lines, value, "", "");
  return `${lines.join("\n")}\n`;
}

/** `lead` is what stands before the value on its first line, `indent` before all the others. */
function writeBlock(lines: string[], value: unknown, lead: string, indent: string): void {
  if (Array.isArray(value) && value.length > 0) {
    let first = lead;
    for (const item of value as readonly unknown[]) {
      writeBlock(lines, item, `${first}- `, `${indent}  `);
      first = indent;
    }
    return;
  }
  const entries = isMap(value) ? Object.entries(value).filter(([, member]) => member !== undefined) : [];
  if (entries.length > 0) {
    let first = lead;
    for (const [key, member] of entries) {
      const label = `${first}${scalar(key)}:`;
      if (Array.isArray(member) && member.length > 0) {
        lines.push(label);
        writeBlock(lines, member, `${indent}  `, `${indent}  `);
      } else if (isMap(member) && Object.values(member).some((inner) => inner !== undefined)) {
        lines.push(label);
        writeBlock(lines, member, `${indent}  `, `${indent}  `);
      } else if (typeof member === "string" && isLongText(member)) {
        lines.push(`${label} |${member.endsWith("\n") ? "" : "-"}`);
        const body = member.endsWith("\n") ? member.slice(0, -1) : member;
        // In one piece, for it may be long; an empty line stays empty.
        lines.push(`${indent}  ${body.replaceAll(/\n(?!\n)/g, `\n${indent}  `)}`);
      } else {
        lines.push(`${label} ${leaf(member)}`);
      }
      first = indent;
    }
    return;
  }
  lines.push(`${lead}${leaf(value)}`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function leaf(value: unknown): string {
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value)) return "[]";
  if (isMap(value)) return "{}";
  return JSON.stringify(value);
}

/** Words that no YAML reader takes for something else: not a number, a date, a truth value, null, or syntax. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@=+-]*(?::[A-Za-z0-9_./@=+-]+)*(?: [A-Za-z0-9_./@=+-]+)*$/;
/** `250m`, `64Mi`: no reader of YAML knows such a number. */
const QUANTITY = /^[1-9][0-9]*(?:m|Ki|Mi|Gi|Ti)$/;
/** YAML 1.1 readers (Kubernetes' own among them) take more words for truth values and null than YAML 1.2. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan)$/i;

function scalar(text: string): string {
  return (PLAIN.test(text) && !RESERVED.test(text)) || QUANTITY.test(text)
    ? text
    : JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/g, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Text that reads better as a block: several lines, or long. Only where a literal block holds it exactly: printable, no
 * white space where it would be lost or taken for indentation, one line break at the end at most.
 */
const BLOCK = /^(?![ \t\n])[\t\n\x20-\x7e]*[\x21-\x7e]\n?$/;

function isLongText(text: string): boolean {
  return (text.length > 200 || text.slice(0, -1).includes("\n")) && BLOCK.test(text);
}
