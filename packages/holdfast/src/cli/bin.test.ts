import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/holdfast.js", import.meta.url));
const main = fileURLToPath(new URL("./main.ts", import.meta.url));

describe("the program that npx runs", () => {
  it("says what to do where it is not built", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bin-"));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    copyFileSync(bin, join(folder, "bin/holdfast.js"));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "bin/holdfast.js"), "check"], {
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([2, expect.stringContaining("npm ci")]);
  });

  it("runs check from what an earlier run compiled, and as any script where that is of no use", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bin-"));
    for (const name of ["bin", "dist"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "dist/holdfast.js"), 'console.log("any other command");');
    writeFileSync(join(folder, "dist/check.cjs"), 'console.log(require("node:path").sep, process.argv[3]); // the end');
    copyFileSync(bin, join(folder, "bin/holdfast.js"));
    const run = (...words: string[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "bin/holdfast.js"), ...words], {
        encoding: "utf8",
      });
      return stdout + stderr;
    };
    const caches = () => readdirSync(join(folder, "dist")).filter((name) => name.endsWith(".cache"));

    expect(run("check", "a")).toBe("/ a\n");
    const [cache = "none"] = caches();
    const compiled = readFileSync(join(folder, "dist", cache));
    expect(run("check", "b")).toBe("/ b\n");
    expect([caches(), readFileSync(join(folder, "dist", cache))]).toEqual([[cache], compiled]);

    writeFileSync(join(folder, "dist", cache), compiled.subarray(0, 100));
    expect(run("check", "c")).toBe("/ c\n");
    expect(readFileSync(join(folder, "dist", cache)).length).toBe(compiled.length);

    // Nothing can be written where a folder stands.
    rmSync(join(folder, "dist", cache));
    mkdirSync(join(folder, "dist", cache));
    expect(run("check", "d")).toBe("/ d\n");
    expect(run("render")).toBe("any other command\n");
    rmSync(folder, { recursive: true });
  });

  it("ends quietly when the reader of its output has gone", () => {
    const script = `"${process.execPath}" --import tsx "${main}" schema | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["{\n0\n", ""]);
  });
});
