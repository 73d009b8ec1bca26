/**
 * Every code that a problem can carry, with what it means and what to do. Codes are stable: scripts match on them.
 * docs/reference/errors.md is generated from this table.
 */
export const problemCodes = {
  "file-unreadable": { meaning: "A file that was named could not be read.", remedy: "Check the path and the permissions." },
  "usage": { meaning: "The command line is not understood.", remedy: "See `holdfast help`." },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCodes;
