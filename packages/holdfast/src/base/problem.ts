/**
 * Something a person has to fix: what was being done, where, and what to do. Every code stands in
 * `problem-codes.ts`, from which docs/reference/errors.md is generated.
 */
export interface Problem {
  readonly code: ProblemCode;
  /** One sentence, no trailing stop: what is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly at?: SourcePosition;
  /** Path in the document, for example `sites[1].addresses.ingress`. */
  readonly path?: string;
  /** Other places that belong to it, for example where a name was used first. */
  readonly related?: readonly { readonly message: string; readonly at: SourcePosition }[];
}

/** Lines and columns start at 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters of the line belong to it; default 1. */
  readonly length?: number;
}

import type { ProblemCode } from "./problem-codes.ts";
export type { ProblemCode };

/** Problems that end a command. `cause` is for logs, never shown to users with secrets in it. */
export class HoldfastError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];
  constructor(problems: readonly [Problem, ...Problem[]], options?: { cause?: unknown }) {
    super(problems.map((problem) => `${problem.code}: ${problem.message}`).join("; "), options);
    this.name = "HoldfastError";
    this.problems = problems;
  }
}
