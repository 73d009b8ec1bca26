import { describe, expect, it } from "vitest";
import { problemCodes } from "../../base/index.ts";
import { designRules, suppressionRules } from "../../core/design-rules/index.ts";
import { runCaptured } from "../testing/run-captured.ts";

describe("holdfast explain", () => {
  it("says of a rule what it asks, why, how to put it right, and which requirement it is (R99)", async () => {
    const { exitCode, out, err } = await runCaptured(["explain", "backup-elsewhere"]);
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out).toBe(`error[backup-elsewhere]
Every store is backed up, never to the site that the backup was taken at.

Why
  A backup beside the data is lost with it; and a replica repeats every mistake, so it is no backup.

Breaks it
  targets: [portland]

Keeps it
  targets: [portland, seattle]

Pattern
  R83  Application data has a backup and disaster-recovery strategy
  R97  Data loss is minimised by database-specific availability and backup techniques (MySQL,
  MongoDB, MSSQL, others)
  R98  Use the database's own backup solution, or one that officially supports its backup and
  restore
  R99  Never store backup data on the Hub that holds the application data

Where it must stay for a while
  checks:
    suppress:
      - { rule: backup-elsewhere, reason: why it is accepted, until: 2027-12-31 }
`);
  });

  it("says of a problem code what it means and what to do", async () => {
    const { exitCode, out } = await runCaptured(["explain", "unknown-key"]);
    expect([exitCode, out]).toEqual([
      0,
      "error[unknown-key] A key is not part of the format.\n\nWhat to do\n  Take the suggested key; docs/reference/fleet-file.md lists all.\n",
    ]);
  });

  it.each([...designRules, ...suppressionRules].map((rule) => rule.id))(
    "explains %s, with every requirement's text",
    async (id) => {
      const { out } = await runCaptured(["explain", id, "--format", "json"]);
      const topic = JSON.parse(out) as { id: string; requirements: { text: string }[] };
      expect(topic.id).toBe(id);
      for (const { text } of topic.requirements) expect(text.length).toBeGreaterThan(10);
    },
  );

  it("lists every rule and code without an argument, in text and JSON", async () => {
    const ids = [...designRules, ...suppressionRules].map((rule) => rule.id).concat(Object.keys(problemCodes));
    const { out } = await runCaptured(["explain"]);
    for (const id of ids) expect(out).toMatch(new RegExp(`^  ${id} +(?:error|warning|advice) +\\S`, "m"));
    const listed = JSON.parse((await runCaptured(["explain", "--format=json"])).out) as { id: string }[];
    expect(listed.map((topic) => topic.id)).toEqual(ids);
  });

  it("suggests the rule that was meant", async () => {
    const { exitCode, err, out } = await runCaptured(["explain", "backup-elsewere"]);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toContain('there is no rule or problem "backup-elsewere"');
    expect(err).toContain('Did you mean "backup-elsewhere"?');
  });
});
