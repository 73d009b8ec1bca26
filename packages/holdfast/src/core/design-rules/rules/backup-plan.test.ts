import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { backupPlan } from "./backup-plan.ts";

const plan = (what: string, edits: readonly Edit[], ...findings: string[]): RuleCase => ({
  what,
  example: "ratings-azure-stack-hub",
  edits,
  findings,
});
const SCHEDULE = 'schedule: "0 2 * * *"';
const REHEARSAL = 'rehearsal: "0 6 * * 0"';
const PLAIN: Edit = [
  "    targets: [orlando, seattle]",
  "    targets: [orlando, seattle]\n    external: [{ name: store, kind: nfs, url: nfs://files.contoso.com/b, encrypted: false }]",
];

describe("backup-plan (R83, R89, R97, R98)", () => {
  testRule(backupPlan, [
    plan("refuses a schedule that never comes", [[SCHEDULE, 'schedule: "0 2 30 2 *"']], "error backups[0].schedule"),
    plan("warns of weekly backups", [[SCHEDULE, 'schedule: "0 2 * * 0"']], "warning backups[0].schedule"),
    plan("warns of backups on workdays", [[SCHEDULE, 'schedule: "0 2 * * 1-5"']], "warning backups[0].schedule"),
    plan("takes six daily backups as too few", [["keep: 14", "keep: 6"]], "warning backups[0].keep"),
    plan("takes seven daily backups as enough", [["keep: 14", "keep: 7"]]),
    plan("counts hours as well", [[SCHEDULE, 'schedule: "0 * * * *"']], "warning backups[0].keep"),
    plan("advises a rehearsal", [[`    ${REHEARSAL}\n`, ""]], "advice backups[0].rehearsal"),
    plan(
      "advises more than two rehearsals a year",
      [[REHEARSAL, 'rehearsal: "0 6 1 1,7 *"']],
      "advice backups[0].rehearsal",
    ),
    plan("takes one a quarter", [[REHEARSAL, 'rehearsal: "0 6 1 */3 *"']]),
    plan("refuses plain text of personal data", [PLAIN], "error backups[0].external[0].encrypted"),
    plan(
      "warns of plain text of other data",
      [PLAIN, ["personalData: true", "personalData: false"]],
      "warning backups[0].external[0].encrypted",
    ),
    {
      what: "refuses backups rarer than the RPO where nothing else has the data",
      example: "ratings",
      edits: [
        ["rpo: 0s", "rpo: 1h"],
        ["durability: replicated", "durability: local-only"],
      ],
      findings: ["error backups[0].schedule"],
    },
    {
      what: "takes backups as often as the RPO",
      example: "ratings",
      edits: [
        ["rpo: 0s", "rpo: 1h"],
        ["durability: replicated", "durability: local-only"],
        [SCHEDULE, 'schedule: "0 * * * *"'],
        ["keep: 14", "keep: 168"],
      ],
      findings: [],
    },
  ]);
});
