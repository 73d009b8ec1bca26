import type { FaultAnalysis } from "../fault-analysis/index.ts";
import type { Fleet } from "../spec/index.ts";

/** What there is to say of a rule, whoever checks it: docs/reference/rules.md and `holdfast explain` print it. */
export interface RuleText {
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
  readonly example?: RuleExample;
}

/** Lines of a fleet file, without indentation of their own: a test puts the broken ones where the fixed ones stand in an example. */
export interface RuleExample {
  readonly broken: string;
  readonly fixed: string;
}

/** A rule of good design: a folder of its own is not needed, a file `rules/<id>.ts` and a line in registry.ts are. */
export interface DesignRule extends RuleText {
  check(fleet: Fleet, context: RuleContext): Iterable<Violation>;
}

export interface RuleContext {
  /** What the loss of each part does. It takes some time, so it is done once, and only if a rule asks. */
  readonly faults: () => FaultAnalysis;
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
