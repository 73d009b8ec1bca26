import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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
  { name: "no-errors", text: example("two-sites") },
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
      problems: expect.arrayContaining([
        expect.objectContaining({
          severity: "warning",
          code: "spare-replica",
          file: "holdfast.yaml",
          line: 54,
          path: "application.components[0].replicas",
          requirements: ["R102", "R129"],
        }),
      ]) as unknown,
    });
    const problems = await check(example("two-sites", ["kind: Fleet", "kind: Fleets"]), "--format=json");
    expect(problems.err).toBe("");
    expect(JSON.parse(problems.out)).toMatchObject({
      problems: [{ severity: "error", code: "invalid-value", line: 3, column: 7 }],
    });
  });

  it("describes every key of its JSON in docs/reference/check-json.md", async () => {
    const page = readFileSync(new URL("../../../../../docs/reference/check-json.md", import.meta.url), "utf8");
    const file = join(folder, "old.yaml");
    writeFileSync(file, example("two-sites"));
    const edits: Edit[] = [
      ["dataCentre: portland-1", "dataCentre: seattle-1"],
      ["replicas: 2", "replicas: 1"],
      [
        "apiVersion",
        "checks: { suppress: [{ rule: spare-replica, reason: a test of it, until: 9999-12-31 }] }\napiVersion",
      ],
    ];
    const { out, exitCode } = await check(example("two-sites", ...edits), "--format=json", `--against=${file}`);
    expect(exitCode).toBe(1);
    const json = JSON.parse(out) as { suppressed: object[]; change: { findings: { appeared: object[] } } };
    expect(json.suppressed).toMatchObject([{ code: "spare-replica", reason: "a test of it", until: "9999-12-31" }]);
    expect(json.change.findings.appeared).not.toEqual([]);
    for (const key of keysOf(json)) expect(page, key).toContain(`\`${key}\``);
  });

  it("prints SARIF, JUnit and a page, and writes them to a file", async () => {
    const text = example("two-sites", ["replicas: 2", "replicas: 1"]);
    expect(JSON.parse((await check(text, "--format", "sarif")).out)).toMatchObject({ version: "2.1.0" });
    expect((await check(text, "--format", "junit")).out).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites /,
    );
    const file = join(folder, "report.html");
    const { out, exitCode } = await check(text, "--format", "html", "--out", file);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/^✓ holdfast\.yaml: .*; the report is in report\.html\n$/),
    ]);
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/);
  });

  it("says of a report that cannot be written why, and never writes over a fleet file", async () => {
    const text = example("two-sites");
    const nowhere = await check(text, "--out", join(folder, "no/where.txt"));
    expect([nowhere.exitCode, nowhere.err]).toEqual([
      2,
      expect.stringContaining("error[file-unwritable]: cannot write no/where.txt: its folder does not exist"),
    ]);
    const itself = await check(text, "--out", join(folder, "../", basename(folder), "holdfast.yaml"));
    expect([itself.exitCode, itself.err]).toEqual([2, expect.stringContaining("would overwrite the fleet file")]);
    expect(readFileSync(join(folder, "holdfast.yaml"), "utf8")).toBe(text);
  });

  it("reports a file that cannot be used in every format, for whoever reads the report and not stderr", async () => {
    const text = example("two-sites", ["kind: Fleet", "kind: Fleets"]);
    const began: Record<string, RegExp> = {
      sarif: /"executionSuccessful": false/,
      junit: /<failure type="error" message="expected /,
      html: /^<!doctype html>\n[^]*cannot be used/,
    };
    for (const [format, expected] of Object.entries(began)) {
      const { exitCode, out, err } = await check(text, "--format", format);
      expect([exitCode, out, err]).toEqual([
        2,
        expect.stringMatching(expected),
        expect.stringContaining("error[invalid-value]"),
      ]);
    }
    for (const format of ["text", "json", ...Object.keys(began)]) {
      const file = join(folder, "report");
      writeFileSync(file, "yesterday's");
      const { exitCode } = await check(text, "--format", format, "--out", file);
      expect([exitCode, readFileSync(file, "utf8")]).toEqual([2, expect.stringContaining("invalid-value")]);
    }
    expect((await runCaptured(["check", join(folder, "nowhere.yaml"), "--format", "junit"])).out).toContain(
      "there is no such file",
    );
  });

  it.each([60, 80, 100])("is no wider than a terminal of %i columns, and says the same", async (columns) => {
    const file = join(folder, "holdfast.yaml");
    writeFileSync(file, shown.find(({ name }) => name === "findings")?.text ?? "");
    // Paths are shown as they are, and of lines of the file what there is room for.
    const prose = (text: string) => text.split("\n").filter((line) => !/ --> | ::: |^ *\d* \|/.test(line));
    const words = (text: string) => prose(text).join(" ").split(/\s+/).toSorted();
    const { out } = await runCaptured(["check", file, "--quiet"], { columns });
    expect(words(out)).toEqual(words((await runCaptured(["check", file, "--quiet"])).out));
    const whole = await runCaptured(["check", file], { columns });
    expect(prose(whole.out).filter((line) => line.length > columns)).toEqual([]);
    expect(
      (await runCaptured(["explain"], { columns })).out.split("\n").filter((line) => line.length > columns),
    ).toEqual([]);
  });

  it("keeps quiet about all but errors", async () => {
    const { out } = await check(
      example("two-sites", ["replicas: 2", "replicas: 1"], ["targets: [portland, seattle]", "targets: [portland]"]),
      "--quiet",
    );
    expect(out.match(/^(error|warning|advice)\[/gm)).toEqual(["error["]);
    expect(out).not.toContain("predicted");
    expect(out).toMatch(/\n✗ holdfast.yaml: fleet .*: 1 error.*\n$/);
  });

  it("refuses what cannot be done in place, and says what the change makes worse (R43)", async () => {
    const old = join(folder, "old.yaml");
    writeFileSync(old, example("two-hubs"));
    const { exitCode, out } = await check(
      example("two-hubs", ["controlPlane: { count: 3", "controlPlane: { count: 5"], ["interval: 10s", "interval: 30s"]),
      "--against",
      old,
    );
    expect(exitCode).toBe(1);
    await expect(out).toMatchFileSnapshot("testdata/a-change.txt");
  });

  it("names larger sets of parts when asked to, up to a limit", async () => {
    const pairs = JSON.parse((await check(example("two-sites"), "--format=json")).out) as Analysed;
    const single = JSON.parse((await check(example("two-sites"), "--format=json", "--order=1")).out) as Analysed;
    const sizes = ({ analysis }: Analysed) =>
      Math.max(...analysis.capabilities.flatMap(({ cutSets }) => cutSets.map((set) => set.length)));
    expect([sizes(pairs), sizes(single)]).toEqual([2, 1]);
    for (const order of ["0", "5", "two", "1.5"])
      expect((await check(example("two-sites"), "--order", order)).err).toContain("a whole number from 1 to 4");
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

interface Analysed {
  readonly analysis: { readonly capabilities: readonly { readonly cutSets: readonly (readonly string[])[] }[] };
}

function keysOf(value: unknown): Set<string> {
  if (typeof value !== "object" || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((child) => [...keysOf(child)])]);
}
