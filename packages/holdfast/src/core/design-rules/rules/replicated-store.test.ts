import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { replicatedStore } from "./replicated-store.ts";

describe("replicated-store (R74, R82)", () => {
  testRule(replicatedStore, [
    {
      what: "refuses a store at one site where no write may be lost",
      example: "ratings",
      edits: [["    sites: [seattle, portland]", "    sites: [seattle]"]],
      findings: ["error stores[0].sites"],
    },
    {
      what: "warns of it where something may be lost",
      example: "ratings",
      edits: [
        ["    sites: [seattle, portland]", "    sites: [seattle]"],
        ["rpo: 0s", "rpo: 1h"],
      ],
      findings: ["warning stores[0].sites"],
    },
    {
      what: "does not count arbiters as data",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "      - { site: orlando }\n      - { site: orlando }\n",
          "      - { site: orlando, role: arbiter }\n      - { site: seattle }\n",
        ],
      ],
      findings: ["error stores[0].members"],
    },
    {
      what: "refuses to acknowledge what only one site has",
      example: "ratings",
      edits: [["durability: replicated", "durability: local-only"]],
      findings: ["error stores[0].durability"],
    },
    {
      what: "lets it where the RPO allows",
      example: "ratings",
      edits: [
        ["durability: replicated", "durability: local-only"],
        ["rpo: 0s", "rpo: 5s"],
      ],
      findings: [],
    },
  ]);
});
