import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { repositoryNamed } from "./repository-named.ts";

const NO_REPOSITORY: Edit = [
  "  repository: { kind: azure-repos, url: https://dev.azure.com/contoso/ratings/_git/ratings }\n",
  "",
];

describe("repository-named (R27, R79, R81)", () => {
  testRule(repositoryNamed, [
    {
      what: "warns of a pipeline that deploys from nowhere",
      example: "ratings-azure-stack-hub",
      edits: [NO_REPOSITORY],
      findings: ["warning delivery.repository"],
    },
    {
      what: "advises one where nobody says how changes arrive",
      example: "ratings-azure-stack-hub",
      edits: [NO_REPOSITORY, ["kind: azure-pipelines", "kind: none"]],
      findings: ["advice delivery.repository"],
    },
    {
      what: "takes any Git repository (R27)",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "kind: azure-repos, url: https://dev.azure.com/contoso/ratings/_git/ratings",
          "url: ssh://git.example/ratings",
        ],
      ],
      findings: [],
    },
  ]);
});
