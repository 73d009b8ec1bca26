import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { backupElsewhere } from "./backup-elsewhere.ts";

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
      what: "warns of a store without a backup",
      example: "ratings",
      edits: [
        [
          'backups:\n  - store: ratings-db\n    schedule: "0 2 * * *"\n    keep: 14\n    # Never the site that holds the primary: each site\'s backups go to the other one.\n    targets: [portland, seattle]',
          "backups: []",
        ],
      ],
      findings: ["warning stores[0].name"],
    },
  ]);
});
