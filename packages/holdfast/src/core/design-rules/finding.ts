import type { SourcePosition } from "../../base/index.ts";
import type { Severity } from "./rule.ts";

/** Something about the design that should change, with the rule that says so and the line it is about. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly requirements: readonly string[];
  readonly message: string;
  readonly hint: string;
  readonly path: string;
  readonly at: SourcePosition;
  readonly related: readonly { readonly message: string; readonly at: SourcePosition }[];
  /** Accepted for a while by the file itself: kept, but no problem, and not counted in an exit code. */
  readonly suppressed?: { readonly reason: string; readonly until: string };
}
