import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCaptured } from "../testing/run-captured.ts";

const example = join(dirname(fileURLToPath(import.meta.url)), "../../../../../examples/ratings/holdfast.yaml");

let folder: string;
let fleetFile: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-render-"));
  fleetFile = join(folder, "holdfast.yaml");
  out = join(folder, "rendered");
  cpSync(example, fleetFile);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const holdfast = (...argv: string[]) => runCaptured(argv);
const render = (...more: string[]) => holdfast("render", fleetFile, "--out", out, ...more);
const edit = (from: string, to: string) =>
  writeFileSync(fleetFile, readFileSync(fleetFile, "utf8").replaceAll(from, to));
const filesIn = (root: string): string[] =>
  existsSync(root) ? readdirSync(root, { recursive: true }).map(String).sort() : [];

const contentOf = (file: string): string => (statSync(file).isFile() ? readFileSync(file, "utf8") : "");

const NOBODY = 65_534;

describe("holdfast render", () => {
  it("writes a folder for each site and the witness, and nothing else", async () => {
    const { exitCode, out: text } = await render();
    expect(exitCode).toBe(0);
    expect(text).toMatch(/rendered; [1-9]\d+ added, 0 changed, 0 removed, 0 unchanged/);
    expect(readdirSync(out).sort()).toEqual([
      ".holdfast-render.json",
      "access",
      "arm",
      "databases",
      "helm",
      "kubernetes",
      "runbook",
    ]);
    expect(readdirSync(folder).sort()).toEqual(["holdfast.yaml", "rendered"]);
  });

  it("changes nothing when rendered again", async () => {
    await render();
    expect((await render()).out).toMatch(/: rendered; 0 added, 0 changed, 0 removed, [1-9]\d+ unchanged\n$/);
  });

  it("says what changed, and takes away what is stale together with its empty folder", async () => {
    await render();
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    edit("replicas: 2", "replicas: 1");
    const { out: text } = await render();
    expect(text).toContain("~ kubernetes/seattle/ratings/ratings-api/deployment.yaml");
    expect(text).toContain("- kubernetes/seattle/ratings/ratings-api/pod-disruption-budget.yaml");
    expect(existsSync(join(out, "kubernetes/seattle/ratings/ratings-api/pod-disruption-budget.yaml"))).toBe(false);
    expect(readFileSync(join(out, "kubernetes/seattle/ratings/ratings-api/deployment.yaml"), "utf8")).toContain(
      "ratings-api:0.2.0",
    );

    edit("name: boise", "name: reno");
    edit("boise]", "reno]");
    await render();
    expect(readdirSync(join(out, "kubernetes")).sort()).toEqual(["portland", "reno", "seattle"]);
  });

  it("never removes or replaces a file that it did not write", async () => {
    await render();
    writeFileSync(join(out, "kubernetes/boise/notes.md"), "mine");
    edit("name: boise", "name: reno");
    edit("boise]", "reno]");
    mkdirSync(join(out, "kubernetes/reno"));
    writeFileSync(join(out, "kubernetes/reno/SECRETS.md"), "mine, too");
    const before = filesIn(out);
    const refused = await render();
    expect([refused.exitCode, refused.out]).toEqual([1, ""]);
    expect(refused.err).toMatch(/error\[output-file-foreign\]: \S+kubernetes\/reno\/SECRETS\.md is in the way/);
    expect(refused.err).toContain("nothing was rendered: 1 file would be lost");
    expect(filesIn(out)).toEqual(before);

    rmSync(join(out, "kubernetes/reno/SECRETS.md"));
    const warned = await render();
    expect(warned.exitCode).toBe(0);
    expect(warned.err).toContain("hold 1 file that holdfast did not write:\n  ? kubernetes/boise/notes.md\n");
    expect(filesIn(join(out, "kubernetes/boise"))).toEqual(["notes.md"]);
  });

  it("renders one site and leaves the others as they are", async () => {
    await render();
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    const { out: text } = await render("--site", "portland");
    expect(text).toMatch(/ [1-9] changed, 0 removed/);
    expect((await render("--check")).out).toContain("~ kubernetes/seattle/ratings/ratings-api/deployment.yaml");
    const unknown = await render("--site", "portlnd");
    expect(unknown.exitCode).toBe(2);
    expect(unknown.err).toContain("Its sites are seattle, portland, boise.");
  });

  it("--check writes nothing and exits 1 when the folder is stale (R79)", async () => {
    expect((await render("--check")).exitCode).toBe(1);
    expect(existsSync(out)).toBe(false);
    await render();
    expect(await render("--check")).toMatchObject({ exitCode: 0, err: "" });
    writeFileSync(join(out, "kubernetes/seattle/ratings/ratings-api/service.yaml"), "changed by hand");
    const stale = await render("--check", "--format", "json");
    expect(stale.exitCode).toBe(1);
    expect(JSON.parse(stale.out)).toMatchObject({
      upToDate: false,
      added: [],
      changed: ["kubernetes/seattle/ratings/ratings-api/service.yaml"],
      removed: [],
    });
    expect(readFileSync(join(out, "kubernetes/seattle/ratings/ratings-api/service.yaml"), "utf8")).toBe(
      "changed by hand",
    );
  });

  it("--diff shows what rendering would change, writes nothing, and exits 1 when it would (R79)", async () => {
    const diff = (...more: string[]) => holdfast("render", fleetFile, "--diff", out, ...more);
    await render();
    expect(await diff()).toEqual({ exitCode: 0, out: "", err: "" });
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    edit("replicas: 2", "replicas: 1");
    const before = filesIn(out).map((path) => [path, contentOf(join(out, path))]);
    const { exitCode, out: text } = await diff("--only", "kubernetes");
    expect(exitCode).toBe(1);
    expect(text).toContain("-          image: holdfast.example/ratings-api:0.1.0\n");
    expect(text).toContain("+          image: holdfast.example/ratings-api:0.2.0\n");
    expect(text).toContain(
      "deleted file mode 100644\n--- a/kubernetes/seattle/ratings/ratings-api/pod-disruption-budget.yaml\n+++ /dev/null\n",
    );
    expect(filesIn(out).map((path) => [path, contentOf(join(out, path))])).toEqual(before);

    execFileSync("git", ["apply"], { cwd: out, input: text });
    expect((await render("--only", "kubernetes", "--check")).exitCode).toBe(0);
    const json = await diff("--only", "kubernetes", "--format", "json");
    expect(JSON.parse(json.out)).toMatchObject({ upToDate: true, diff: "" });
  });

  it("reports what somebody put beside the rendered files, which a pipeline would deploy, and leaves it (R79)", async () => {
    await render();
    const evil = ["kubernetes/seattle/holdfast-system/evil.yaml", "kubernetes/seattle/more/deep/evil.yaml"];
    for (const path of [...evil, "notes/mine.md"]) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      writeFileSync(join(out, path), "kind: Pod");
    }
    const checked = await render("--check");
    expect(checked.exitCode).toBe(1);
    for (const path of evil) expect(checked.out).toContain(`  ? ${path} (holdfast did not write it)\n`);
    expect(checked.out).toMatch(/: not up to date; 0 added, 0 changed, 0 removed, \d+ unchanged, 2 not of holdfast\n$/);
    const diff = await holdfast("render", fleetFile, "--diff", out);
    expect([diff.exitCode, diff.out]).toEqual([1, ""]);
    expect(diff.err).toContain(`? ${evil[0] ?? ""} (holdfast did not write it)`);
    expect(JSON.parse((await render("--check", "--format", "json")).out)).toMatchObject({
      foreign: evil,
      upToDate: false,
    });
    // Another site's gate is not shut by it.
    expect((await render("--check", "--site", "portland")).exitCode).toBe(0);
    expect((await render("--force")).exitCode).toBe(0);
    for (const path of evil) expect(readFileSync(join(out, path), "utf8")).toBe("kind: Pod");
  });

  it("a link among the rendered files is foreign, wherever it leads", async () => {
    await render();
    symlinkSync(folder, join(out, "kubernetes/seattle/elsewhere"));
    expect((await render("--check")).out).toContain("? kubernetes/seattle/elsewhere (holdfast did not write it)");
  });

  it("writes over nobody's work without being told to, and loses none of it (R79)", async () => {
    await render();
    const [edited, stale] = ["kubernetes/seattle/SECRETS.md", "kubernetes/boise/00-namespaces.yaml"];
    const both = [edited, stale].map((path) => join(out, path));
    for (const file of both) writeFileSync(file, `${readFileSync(file, "utf8")}# mine\n`);
    edit("name: boise", "name: reno");
    edit("boise]", "reno]");
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    const before = filesIn(out).map((path) => [path, contentOf(join(out, path))]);
    const refused = await render();
    expect([refused.exitCode, refused.out]).toEqual([1, ""]);
    expect(refused.err.match(/error\[[a-z-]+\]: .*/g)).toEqual(
      both.toReversed().map((file) => `error[output-file-edited]: ${file} was edited by hand since it was rendered`),
    );
    expect(refused.err).toContain("nothing was rendered: 2 files would be lost");
    expect(filesIn(out).map((path) => [path, contentOf(join(out, path))])).toEqual(before);
    const json = JSON.parse((await render("--format", "json")).out) as object;
    expect(json).toMatchObject({ problems: [{ code: "output-file-edited" }, { code: "output-file-edited" }] });
    expect((await render("--check")).out).toContain(`~ ${edited} (edited by hand)`);

    const forced = await render("--force");
    expect(forced.exitCode).toBe(0);
    expect(forced.out).toContain(`~ ${edited} (edited by hand)`);
    expect(readFileSync(join(out, edited), "utf8")).not.toContain("# mine");
    expect(existsSync(join(out, stale))).toBe(false);
    expect((await render("--check")).exitCode).toBe(0);
    expect((await render("--check", "--force")).err).toContain("cannot be used with");
  });

  it("takes an edit that says what the fleet file now says for what it is", async () => {
    await render();
    const path = "kubernetes/seattle/ratings/ratings-api/deployment.yaml";
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    await holdfast("render", fleetFile, "--out", join(folder, "other"));
    cpSync(join(folder, "other", path), join(out, path));
    const { exitCode, out: text } = await render();
    expect(exitCode).toBe(0);
    expect(text).not.toContain(path);
    expect(text).toContain("~ kubernetes/portland/ratings/ratings-api/deployment.yaml\n");
  });

  it("without its record, trusts only what is as it would write it", async () => {
    await render();
    rmSync(join(out, ".holdfast-render.json"));
    const checked = await render("--check");
    expect(checked.exitCode).toBe(1);
    expect(checked.out).toMatch(/~ \.holdfast-render\.json \(it is missing, or does not name \d+ files here\)/);
    expect((await holdfast("render", fleetFile, "--diff", out)).exitCode).toBe(1);
    const again = await render();
    expect([again.exitCode, again.out]).toEqual([0, expect.stringMatching(/ 0 added, 0 changed, 0 removed, /)]);
    expect((await render("--check")).exitCode).toBe(0);

    rmSync(join(out, ".holdfast-render.json"));
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    const refused = await render();
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain("does not say that holdfast wrote it");
    expect((await render("--force")).exitCode).toBe(0);
    expect((await render("--check")).exitCode).toBe(0);
  });

  it("takes the record of an earlier version, which has no digests, and a killed run's for nobody's edits", async () => {
    await render();
    const record = join(out, ".holdfast-render.json");
    const { files } = JSON.parse(readFileSync(record, "utf8")) as { files: Record<string, string> };
    const api = "kubernetes/seattle/ratings/ratings-api/deployment.yaml";
    expect(files[api]).toBe(
      createHash("sha256")
        .update(readFileSync(join(out, api)))
        .digest("hex"),
    );

    writeFileSync(record, JSON.stringify({ files: Object.keys(files) }));
    expect((await render("--check")).exitCode).toBe(0);
    edit("ratings-api:0.1.0", "ratings-api:0.2.0");
    expect((await render()).exitCode).toBe(0);

    writeFileSync(record, JSON.stringify({ files: { ...files, [api]: null } }));
    edit("ratings-api:0.2.0", "ratings-api:0.3.0");
    expect((await render("--site", "seattle", "--only", "kubernetes")).exitCode).toBe(0);
  });

  it("--only takes the families, and leaves the file that comes after them", async () => {
    const { exitCode, out: text } = await holdfast("render", "--out", out, "--only", "kubernetes", "helm", fleetFile);
    expect(exitCode).toBe(0);
    expect(text).toContain("rendered");
    expect(readdirSync(out).sort()).toEqual([".holdfast-render.json", "helm", "kubernetes"]);
    const unknown = await render("--only", "kuberntes");
    expect([unknown.exitCode, unknown.err]).toEqual([2, expect.stringContaining('Did you mean "kubernetes"?')]);
    const missing = await holdfast("render", "--out", out, "--only", "kubernetes");
    expect([missing.exitCode, missing.err]).toEqual([2, expect.stringContaining("missing required argument 'file'")]);
    expect((await holdfast("render", "--help")).out).toContain("Usage: holdfast render [options] <file>");
  });

  it("--diff against a folder that is not there shows all files as new; with --out it is refused", async () => {
    const { exitCode, out: text } = await holdfast("render", fleetFile, "--diff", out, "--site", "boise");
    expect(exitCode).toBe(1);
    expect(text).toContain("new file mode 100644\n--- /dev/null\n+++ b/kubernetes/boise/00-namespaces.yaml\n");
    expect(existsSync(out)).toBe(false);
    expect((await render("--diff", out)).err).toContain("cannot be used with");
    expect((await holdfast("render", fleetFile)).err).toContain("--diff <dir> shows what would change");
  });

  it("renders nothing of a design in which check finds an error, unless told so", async () => {
    const hubs = join(dirname(example), "../ratings-azure-stack-hub/holdfast.yaml");
    cpSync(hubs, fleetFile);
    // No Azure Stack Hub takes two pools.
    edit(
      "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
      "- { name: workers, count: 3, vmSize: Standard_D4_v2 }\n        - { name: more, count: 3, vmSize: Standard_D4_v2 }",
    );
    const refused = await render();
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toMatch(/error\[[a-z-]+\][\s\S]*: nothing was rendered; --allow-findings/);
    expect(existsSync(out)).toBe(false);
    const json = await render("--format", "json");
    expect(JSON.parse(json.out)).toMatchObject({ problems: [{ severity: "error" }, { severity: "error" }] });
    expect((await render("--allow-findings")).exitCode).toBe(0);
  });

  it("writes nothing when the file has errors", async () => {
    edit("replicas: 2", "replicsa: 2");
    expect((await render()).exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(["holdfast.yaml"]);
  });

  it("finishes what a killed run left behind", async () => {
    await render();
    mkdirSync(join(out, ".holdfast-render.staging/kubernetes/seattle"), { recursive: true });
    writeFileSync(join(out, ".holdfast-render.staging/kubernetes/seattle/half.yaml"), "half");
    rmSync(join(out, "kubernetes/boise"), { recursive: true });
    expect((await render()).out).toContain("16 added");
    expect(existsSync(join(out, ".holdfast-render.staging"))).toBe(false);
  });

  it("says so when the folder cannot be written or its record was changed", async () => {
    writeFileSync(out, "a file");
    const notAFolder = await render();
    expect(notAFolder.exitCode).toBe(2);
    expect(notAFolder.err).toContain("it is not a folder");
    rmSync(out);
    mkdirSync(out);
    writeFileSync(join(out, ".holdfast-render.json"), JSON.stringify({ files: ["../holdfast.yaml"] }));
    const led = await render();
    expect(led.exitCode).toBe(2);
    expect(led.err).toContain("output-record-broken");
    expect((await render("--force")).exitCode).toBe(0);
    expect(existsSync(fleetFile)).toBe(true);
  });

  it("says so when writing is not permitted", async () => {
    mkdirSync(out);
    chmodSync(out, 0o555);
    chmodSync(folder, 0o755);
    // Root may write anywhere, so root is nobody for a moment.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(NOBODY);
    try {
      expect((await render()).err).toContain("writing is not permitted");
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  it("follows a link that leads to a folder", async () => {
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), out);
    expect((await render()).exitCode).toBe(0);
    expect(readdirSync(join(folder, "elsewhere"))).toContain("kubernetes");
  });
});
