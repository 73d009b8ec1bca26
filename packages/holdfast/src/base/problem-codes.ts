/**
 * Every code that a problem can carry, with what it means and what to do. Codes are stable: scripts match on them.
 * docs/reference/errors.md is generated from this table.
 */
export const problemCodes = {
  "file-unreadable": {
    meaning: "A file that was named could not be read.",
    remedy: "Check the path and the permissions.",
  },
  "document-empty": { meaning: "The fleet file holds nothing.", remedy: "Start from `holdfast init`." },
  "document-too-complex": {
    meaning: "The file is longer, deeper or has more aliases than any fleet needs.",
    remedy: "Split it, or write it without aliases.",
  },
  "yaml-syntax": {
    meaning: "The text is neither YAML nor JSON.",
    remedy: "Correct the line that is named; indentation and quotes are the usual cause.",
  },
  "duplicate-key": { meaning: "A key stands twice in the same map.", remedy: "Keep one of the two." },
  "unknown-key": {
    meaning: "A key is not part of the format.",
    remedy: "Take the suggested key; docs/reference/fleet-file.md lists all.",
  },
  "missing-key": { meaning: "A key that has no default is missing.", remedy: "Add it." },
  "wrong-type": {
    meaning: "A value is of another kind, for example a number where text is meant.",
    remedy: "Write what the message expects; put text that looks like a number in quotes.",
  },
  "invalid-value": { meaning: "A value is not one that the format allows.", remedy: "Write what the message expects." },
  "unknown-name": {
    meaning: "A name is used that nothing in the file has.",
    remedy: "Correct the name, or add what it names.",
  },
  "duplicate-name": { meaning: "Two things have the same name.", remedy: "Give each a name of its own." },
  contradiction: {
    meaning: "Two parts of the file contradict each other.",
    remedy: "Change one of the two places that are named.",
  },
  "secret-in-plain-text": {
    meaning: "The file holds what looks like a password, key or token.",
    remedy: "Put it in a Kubernetes Secret and name it under `secrets`; then replace it, as it was written down.",
  },
  usage: { meaning: "The command line is not understood.", remedy: "See `holdfast help`." },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCodes;
