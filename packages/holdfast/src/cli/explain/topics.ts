import { problemCodes } from "../../base/index.ts";
import type { Requirement, RuleText } from "../../core/design-rules/index.ts";
import { designRules, requirements, suppressionRules } from "../../core/design-rules/index.ts";

/** Whatever `holdfast check` prints in brackets. */
export type Topic = RuleTopic | ProblemTopic;

export interface RuleTopic {
  readonly kind: "rule";
  readonly id: string;
  readonly severity: RuleText["severity"];
  readonly asks: string;
  readonly why: string;
  readonly example?: NonNullable<RuleText["example"]>;
  readonly requirements: readonly Pick<Requirement, "id" | "text">[];
}

export interface ProblemTopic {
  readonly kind: "problem";
  readonly id: string;
  readonly meaning: string;
  readonly remedy: string;
}

const texts = new Map(requirements.map(({ id, text }) => [id, text]));

function ruleTopic({ id, severity, asks, why, example, requirements: ids }: RuleText): RuleTopic {
  return {
    kind: "rule",
    id,
    severity,
    asks,
    why,
    ...(example === undefined ? {} : { example }),
    requirements: ids.map((requirement) => ({ id: requirement, text: texts.get(requirement) ?? "" })),
  };
}

/** The rules in the order of the registry, then the codes. */
export const topics: readonly Topic[] = [
  ...[...designRules, ...suppressionRules].map(ruleTopic),
  ...Object.entries(problemCodes).map(([id, { meaning, remedy }]): Topic => ({ kind: "problem", id, meaning, remedy })),
];
