import type { DesignChange } from "../change-check/index.ts";
import type { Finding } from "../design-rules/index.ts";
import type { FaultAnalysis } from "../fault-analysis/index.ts";
import type { ParsedFleet } from "../spec/index.ts";

/** All that `holdfast check` found out about one file: what every format is made of. */
export interface CheckReport {
  /** As the person named it. */
  readonly file: string;
  readonly parsed: ParsedFleet;
  /** The gravest first, then in the order of the file; those that the file suppresses too. */
  readonly findings: readonly Finding[];
  readonly analysis: FaultAnalysis;
  /** With `--against`: what is better and worse than in the old file. */
  readonly change?: DesignChange;
}

/** The findings that count: the others are known and accepted for a while. */
export function openFindings({ findings }: Pick<CheckReport, "findings">): readonly Finding[] {
  return findings.filter(({ suppressed }) => suppressed === undefined);
}

export function suppressedFindings({ findings }: Pick<CheckReport, "findings">): readonly Finding[] {
  return findings.filter(({ suppressed }) => suppressed !== undefined);
}
