import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { secretReaders } from "./secret-readers.ts";

const OPERATORS = "roles: [{ plane: kubernetes, role: holdfast-operator }]";
const edited = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});
const role = (name: string): Edit => [OPERATORS, `roles: [{ plane: kubernetes, role: ${name} }]`];

describe("secret-readers (R94, R110, R119)", () => {
  testRule(secretReaders, [
    edited("warns of admin", [role("admin")], "warning access.groups[3].roles[0].role"),
    edited("warns of edit", [role("edit")], "warning access.groups[3].roles[0].role"),
    edited("warns of cluster-admin", [role("cluster-admin")], "warning access.groups[3].roles[0].role"),
    edited("lets view be: it leaves Secrets out", [role("view")]),
    edited("knows nothing of somebody's own role", [role("ratings-oncall")]),
    edited(
      "counts each role of a group",
      [
        [
          OPERATORS,
          "roles: [{ plane: kubernetes, role: holdfast-viewer }, { plane: kubernetes, role: edit, sites: [seattle] }]",
        ],
      ],
      "warning access.groups[3].roles[1].role",
    ),
    edited("means the cluster's roles, not the Hub's", [
      [OPERATORS, "roles: [{ plane: kubernetes, role: holdfast-operator }, { plane: azure, role: admin }]"],
    ]),
  ]);
});
