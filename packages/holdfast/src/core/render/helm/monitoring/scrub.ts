/**
 * Replacements in a line of a log, before it leaves the site (R5, R6). They take more than they must: a value that is a list or an
 * object goes with all that follows it on the line, for no expression finds its end. The dialect is RE2, which JavaScript's
 * expressions contain as far as it is used here; so the very rules that the collector runs are tested on sample lines.
 */
interface ScrubRule {
  readonly pattern: string;
  readonly replacement: string;
}

const REMOVED = "[removed]";

export function scrubRules(personalFields: readonly string[]): readonly ScrubRule[] {
  return [
    ...personalFields.flatMap(rulesOf),
    // The ingress controller's log names no field: it just begins with the user's address.
    { pattern: "\\b(?:[0-9]{1,3}\\.){3}[0-9]{1,3}\\b", replacement: REMOVED },
    { pattern: "(?i)\\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\\b", replacement: REMOVED },
  ];
}

function rulesOf(field: string): readonly ScrubRule[] {
  const name = escape(field);
  // In JSON, and in JSON that stands quoted in JSON: with backslashes before the quotes, however many.
  const key = `(?is)(\\\\*["']${name}\\\\*["']\\s*:\\s*)`;
  return [
    { pattern: `${key}[\\[{].*`, replacement: `\${1}"${REMOVED}"` },
    { pattern: `${key}\\\\+"[^"]*"`, replacement: `\${1}"${REMOVED}"` },
    { pattern: `${key}"(?:[^"\\\\]|\\\\.)*"`, replacement: `\${1}"${REMOVED}"` },
    { pattern: `${key}[^\\s,}\\]"']+`, replacement: `\${1}"${REMOVED}"` },
    // key=value, key: value, and the query of an address.
    {
      pattern: `(?i)(\\b${name}\\s*[=:]\\s*)(?:"(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s&,;"']+)`,
      replacement: `\${1}${REMOVED}`,
    },
  ];
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
