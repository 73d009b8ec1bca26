import { describe } from "vitest";
import { exampleText } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { backupElsewhere } from "./backup-elsewhere.ts";

const text = exampleText("ratings");
const BACKUPS = text.slice(text.indexOf("backups:\n"), text.indexOf("\n# Where this file"));

describe("backup-elsewhere (R83, R99)", () => {
  testRule(backupElsewhere, [
    {
      what: "refuses a backup that is kept where it was taken",
      example: "ratings",
      edits: [["targets: [portland, seattle]", "targets: [portland]"]],
      findings: ["error backups[0].targets"],
    },
    {
      what: "takes an external target as another place",
      example: "ratings",
      edits: [
        [
          "targets: [portland, seattle]",
          "targets: [portland]\n    external: [{ name: vault, kind: s3, url: https://backup.example/ratings }]",
        ],
      ],
      findings: [],
    },
    {
      what: "warns of a backup that stays in the building",
      example: "ratings",
      edits: [["dataCentre: portland-1", "dataCentre: seattle-1"]],
      findings: ["warning backups[0].targets", "warning backups[0].targets"],
    },
    {
      what: "warns of a store without a backup",
      example: "ratings",
      edits: [[BACKUPS, "backups: []\n"]],
      findings: ["warning stores[0].name"],
    },
  ]);
});
