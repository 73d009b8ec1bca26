import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

  it("ends quietly when the reader of its output has gone", () => {
    const script = `"${process.execPath}" --import tsx "${main}" schema | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["{\n0\n", ""]);
  });
});
