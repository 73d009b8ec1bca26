import type { Fleet } from "../spec/index.ts";

/** A rule of good design: a folder of its own is not needed, a file `rules/<id>.ts` and a line in registry.ts are. */
export interface DesignRule {
  /** Stable, kebab-case, the file's name: scripts match on it. */
  readonly id: string;
  /** error: the promise of the fleet cannot be kept · warning: it can break · advice: it could be better. */
  readonly severity: Severity;
  /** Ids of the pattern's requirements that it checks, for example R103. */
  readonly requirements: readonly string[];
  /** What the rule asks for, one sentence. */
  readonly asks: string;
  /** Why: what happens otherwise. */
  readonly why: string;
  check(fleet: Fleet): Iterable<Violation>;
}

export type Severity = "error" | "warning" | "advice";

/** A place that breaks the rule. */
export interface Violation {
  /** Path in the fleet file. */
  readonly path: Path;
  readonly message: string;
  /** What to change. */
  readonly hint: string;
  /** Where it is less grave than the rule's own severity. */
  readonly severity?: Severity;
  readonly related?: readonly { readonly path: Path; readonly message: string }[];
}

export type Path = readonly (string | number)[];
