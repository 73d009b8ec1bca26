import { changeRules } from "../change-check/index.ts";
import type { RuleText } from "../design-rules/index.ts";
import { designRules, suppressionRules } from "../design-rules/index.ts";
import type { CheckReport } from "./check-report.ts";

/** The rules that were asked, whether they found something or not. */
export function rulesOf({ change }: CheckReport): readonly RuleText[] {
  return [...designRules, ...suppressionRules, ...(change === undefined ? [] : changeRules)];
}
