import type { Finding, RuleText } from "../design-rules/index.ts";
import type { Fleet } from "../spec/index.ts";

/** A fleet that runs, and what its file says next. */
export interface FleetChange {
  readonly before: Fleet;
  readonly after: Fleet;
}

/**
 * A rule about a change, not about a design: both files may be sound, and still there is no way from one to the other without building
 * something anew. error: it cannot be done in place · warning: it can, and costs something that the file does not show. The ids begin
 * with `change-`; the files of `rules/` are by what the rules are about.
 */
export interface ChangeRule extends RuleText {
  check(change: FleetChange): Iterable<ChangeViolation>;
}

export type Path = readonly (string | number)[];

export interface ChangeViolation {
  /** Path in the new file. What is gone from it is shown where it would stand. */
  readonly path: Path;
  /** Path in the old file. */
  readonly before: Path;
  readonly message: string;
  /** What to do instead. */
  readonly hint: string;
  /** Where it is less grave than the rule's own severity. */
  readonly severity?: Finding["severity"];
}
