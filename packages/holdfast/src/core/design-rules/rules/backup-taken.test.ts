import { describe } from "vitest";
import { exampleText } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { backupTaken } from "./backup-taken.ts";

const text = exampleText("ratings");
const BACKUPS = text.slice(text.indexOf("backups:\n"), text.indexOf("\n# Where this file"));
const found = ["warning backups[0].store"];

describe("backup-taken (R83, R97, R98)", () => {
  testRule(
    backupTaken,
    [
      {
        what: "says nothing of backups that are not planned: backup-elsewhere does",
        example: "ratings",
        edits: [[BACKUPS, "backups: []\n"]],
        findings: [],
      },
    ],
    {
      ratings: found,
      "ratings-azure-stack-hub": found,
      "ratings-disconnected": found,
      "ratings-three-sites": found,
    },
  );
});
