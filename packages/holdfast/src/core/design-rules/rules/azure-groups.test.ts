import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { azureGroups } from "./azure-groups.ts";

const SEATTLE = "roles: [{ plane: azure, role: Contributor, sites: [seattle] }]";
const ORLANDO = "roles: [{ plane: azure, role: Contributor, sites: [orlando] }]";
const edited = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});

describe("azure-groups (R109, R113, R114, R115)", () => {
  testRule(azureGroups, [
    edited(
      "warns of an owner, who is no contributor",
      [[SEATTLE, SEATTLE.replace("Contributor", "Owner")]],
      "warning access.groups",
      "warning access.groups[1].roles[0].role",
    ),
    edited(
      "warns of a role that a Hub does not have",
      [
        [
          SEATTLE,
          "roles: [{ plane: azure, role: Contributor, sites: [seattle] }, { plane: azure, role: AcrPush, sites: [seattle] }]",
        ],
      ],
      "warning access.groups[1].roles[1].role",
    ),
    edited("warns of a Hub without a group", [[`      ${ORLANDO}\n`, ""]], "warning access.groups"),
    edited(
      "advises groups for each Hub instead of one for all (R114)",
      [
        [`      ${ORLANDO}\n`, ""],
        [SEATTLE, "roles: [{ plane: azure, role: Contributor }]"],
      ],
      "advice access.groups[1].roles[0]",
    ),
    edited("lets one group read everywhere", [
      [
        "roles: [{ plane: kubernetes, role: holdfast-operator }]",
        "roles: [{ plane: kubernetes, role: holdfast-operator }, { plane: azure, role: Reader }]",
      ],
    ]),
    edited(
      "advises one overall group (R115)",
      [[`      includes: [K8s Cluster Contributor]\n      ${ORLANDO}`, `      ${ORLANDO}`]],
      "advice access.groups[2].includes",
    ),
    edited("finds an overall group through another one", [
      [`includes: [K8s Cluster Contributor]\n      ${ORLANDO}`, `includes: [East]\n      ${ORLANDO}`],
      [
        "    - name: Ratings Operators",
        "    - name: East\n      purpose: The East\n      includes: [K8s Cluster Contributor]\n    - name: Ratings Operators",
      ],
    ]),
  ]);
});
