import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "./index.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-make-folder-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it("makes what is missing on the way, and is content with what is there", () => {
  const deep = join(folder, "a/b/c");
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

it("refuses what is a file, or lies below one", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(folder, "file/a"))).toThrow("ENOTDIR");
});

it.runIf(process.platform === "linux")("gives up where no folder can be made", () => {
  expect(() => makeFolder("/proc/holdfast/a")).toThrow("ENOENT");
});
