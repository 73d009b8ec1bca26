import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCaptured } from "../testing/run-captured.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-init-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("holdfast init", () => {
  it("writes a fleet file in which check finds no error, and a warning only of what no file can do", async () => {
    const dir = join(folder, "new", "My Fleet");
    expect((await runCaptured(["init", dir])).exitCode).toBe(0);
    expect(readFileSync(join(dir, "holdfast.yaml"), "utf8")).toContain("\n  name: my-fleet\n");
    const { exitCode, out } = await runCaptured(["check", join(dir, "holdfast.yaml")]);
    expect(exitCode).toBe(0);
    // Who takes the backups is for people to arrange. What any fleet of two sites hangs on is said all the same.
    expect(out.match(/^(?:error|warning)\[[a-z-]+\]/gm)).toEqual(["warning[backup-taken]"]);
    expect(out).toMatch(/: 1 warning, \d+ advice\n$/);
  });

  it("does not write over a file", async () => {
    writeFileSync(join(folder, "holdfast.yaml"), "mine");
    const { exitCode, err } = await runCaptured(["init", folder]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining("error[file-exists]")]);
    expect(readFileSync(join(folder, "holdfast.yaml"), "utf8")).toBe("mine");
  });

  it("says when it cannot write", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const { exitCode, err } = await runCaptured(["init", join(folder, "a-file")]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining("error[file-unwritable]")]);
  });
});
