import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCaptured } from "./testing/run-captured.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-fleet-file-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1])],
  ["UTF-16", Buffer.from("kind: Fleet\n", "utf16le")],
  ["Latin-1", Buffer.from("# caf\u00e9\n", "latin1")],
])("says of %s that it is no text, once", async (_, bytes) => {
  const file = join(folder, "holdfast.yaml");
  writeFileSync(file, bytes);
  const { exitCode, err } = await runCaptured(["check", file]);
  expect(exitCode).toBe(2);
  expect(err.match(/^error\[/gm)).toHaveLength(1);
  expect(err).toMatch(/error\[file-unreadable\].*not (UTF-8 )?text/);
});
