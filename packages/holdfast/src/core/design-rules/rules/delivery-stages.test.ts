import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { deliveryStages } from "./delivery-stages.ts";

const edited = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});

describe("delivery-stages (R80, R81, R89)", () => {
  testRule(deliveryStages, [
    edited(
      "refuses to leave a site out",
      [["stages: [orlando, seattle]", "stages: [orlando]"]],
      "error delivery.stages",
    ),
    edited(
      "advises against the primary first",
      [["stages: [orlando, seattle]", "stages: [seattle, orlando]"]],
      "advice delivery.stages",
    ),
    edited("counts the order of the file as one", [["  stages: [orlando, seattle]\n", ""]], "advice delivery.stages"),
    edited("knows no primary where none is preferred", [
      ["stages: [orlando, seattle]", "stages: [seattle, orlando]"],
      ["{ site: seattle, priority: 2 }", "{ site: seattle }"],
    ]),
    edited(
      "advises a yes in between",
      [["stages: [orlando, seattle]", "stages: [orlando, seattle]\n  approval: false"]],
      "advice delivery.approval",
    ),
    edited("asks nothing where no pipeline deploys", [
      ["kind: azure-pipelines", "kind: none"],
      ["stages: [orlando, seattle]", "stages: [orlando]"],
    ]),
  ]);
});
