import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { kubernetesGroups } from "./kubernetes-groups.ts";

const OPERATORS = "roles: [{ plane: kubernetes, role: holdfast-operator }]";
const edited = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});

describe("kubernetes-groups (R110, R116, R117, R119)", () => {
  testRule(kubernetesGroups, [
    edited("warns of clusters in which nobody has a role", [[`      ${OPERATORS}\n`, ""]], "warning access.groups"),
    edited(
      "warns of one cluster in which nobody has a role",
      [[OPERATORS, "roles: [{ plane: kubernetes, role: holdfast-operator, sites: [seattle] }]"]],
      "warning access.groups",
    ),
    edited("takes one small group of administrators", [
      [OPERATORS, "roles: [{ plane: kubernetes, role: cluster-admin }]"],
    ]),
    edited(
      "warns of administrators by inclusion",
      [[OPERATORS, "includes: [K8s Cluster Contributor]\n      roles: [{ plane: kubernetes, role: cluster-admin }]"]],
      "warning access.groups[3].roles[0].role",
    ),
    edited(
      "warns of a second group of administrators",
      [
        [OPERATORS, "roles: [{ plane: kubernetes, role: cluster-admin }]"],
        [
          "purpose: Builds and repairs every cluster",
          "purpose: Builds and repairs every cluster\n      roles: [{ plane: kubernetes, role: cluster-admin }]",
        ],
      ],
      "warning access.groups[3].roles[0].role",
    ),
    edited(
      "advises to part the planes (R116)",
      [[OPERATORS, "roles: [{ plane: kubernetes, role: holdfast-operator }, { plane: azure, role: Reader }]"]],
      "advice access.groups[3].roles",
    ),
    edited("lets one group read both", [
      [OPERATORS, "roles: [{ plane: kubernetes, role: view }, { plane: azure, role: Reader }]"],
    ]),
    { what: "asks nothing of clusters that others run", example: "ratings", edits: [], findings: [] },
  ]);
});
