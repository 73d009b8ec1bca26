import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editText } from "../../core/spec/testing/edit-text.ts";
import type { Edit } from "../../core/spec/testing/examples.ts";
import { runCaptured } from "../testing/run-captured.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-check-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function check(text: string, ...options: string[]) {
  const file = join(folder, "holdfast.yaml");
  writeFileSync(file, text);
  const { exitCode, out, err } = await runCaptured(["check", file, ...options]);
  const here = (output: string) => output.replaceAll(`${folder}/`, "");
  return { exitCode, out: here(out), err: here(err) };
}

/** Sound fleets of this test's own: what is shown names their lines. */
const example = (name: "two-sites" | "two-hubs", ...edits: Edit[]) =>
  editText(readFileSync(new URL(`testdata/${name}.yaml`, import.meta.url), "utf8"), edits);

/** What a person sees: testdata/<name>.txt, with the exit code. A change of it is a change to be looked at. */
const shown: readonly { name: string; text: string }[] = [
  {
    name: "several-problems",
    text: example(
      "two-sites",
      ["- name: portland", "- name: seattle"],
      ["    whenAlone: continue", "    whenalone: continue"],
      ["    database: ratings\n", ""],
      ["ttl: 1s", "ttl: 1 second"],
      ["kind: priority", "kind: prio"],
    ),
  },
  { name: "bad-yaml", text: example("two-sites", ["sites: [seattle, portland]", "sites: [seattle, portland"]) },
  { name: "a-contradiction", text: example("two-sites", ["host: www.ratings.example", "host: www.rating.example"]) },
  {
    name: "a-secret",
    text: example("two-sites", ["API: http://ratings-api:3000", 'API: "http://bob:hunter2@ratings-api:3000"']),
  },
  { name: "hostile-line", text: `apiVersion: "\\e[2J${"x".repeat(300)}"\nkind\u202e: \u001b[31mFleet\n` },
  {
    name: "findings",
    text: example(
      "two-hubs",
      ["connectivity: connected", "connectivity: disconnected"],
      ["addressSpaces: [10.102.0.0/16]", "addressSpaces: [10.100.0.0/16]"],
      ["ratings-web:1.0.0", "ratings-web:latest"],
      ["count: 3, vmSize: Standard_D4_v2", "count: 2, vmSize: Standard_D4_v2"],
    ),
  },
  { name: "nothing-found", text: example("two-sites") },
];

describe("holdfast check", () => {
  it.each(shown)("shows $name as in testdata", async ({ name, text }) => {
    const { exitCode, out, err } = await check(text);
    await expect(`exit code ${exitCode}\n\n--- stdout\n${out}\n--- stderr\n${err}`).toMatchFileSnapshot(
      `testdata/${name}.txt`,
    );
  });

  it("answers 0, 1 and 2: sound, a finding of severity error, unusable", async () => {
    expect((await check(example("two-sites"))).exitCode).toBe(0);
    expect((await check(example("two-sites", ["replicas: 2", "replicas: 1"]))).exitCode).toBe(0);
    expect((await check(example("two-sites", ["targets: [portland, seattle]", "targets: [portland]"]))).exitCode).toBe(
      1,
    );
    expect((await check("apiVersion: [")).exitCode).toBe(2);
  });

  it("prints findings and problems as JSON on stdout, nothing on stderr", async () => {
    const findings = await check(example("two-sites", ["replicas: 2", "replicas: 1"]), "--format", "json");
    expect(findings.err).toBe("");
    expect(JSON.parse(findings.out)).toMatchObject({
      problems: [
        {
          severity: "warning",
          code: "spare-replica",
          file: "holdfast.yaml",
          line: 52,
          path: "application.components[0].replicas",
          requirements: ["R102", "R129"],
        },
      ],
    });
    const problems = await check(example("two-sites", ["kind: Fleet", "kind: Fleets"]), "--format=json");
    expect(problems.err).toBe("");
    expect(JSON.parse(problems.out)).toMatchObject({
      problems: [{ severity: "error", code: "invalid-value", line: 3, column: 7 }],
    });
  });

  it("reads JSON as well as YAML", async () => {
    const { parse } = await import("yaml");
    expect((await check(JSON.stringify(parse(example("two-sites"))))).exitCode).toBe(0);
  });

  it("says what is wrong with a file that cannot be read", async () => {
    const missing = await runCaptured(["check", join(folder, "nowhere.yaml")]);
    expect([missing.exitCode, missing.err]).toEqual([
      2,
      expect.stringContaining("error[file-unreadable]: cannot read"),
    ]);
    const aFolder = await runCaptured(["check", folder]);
    expect([aFolder.exitCode, aFolder.err]).toEqual([2, expect.stringContaining("it is a folder")]);
  });
});
