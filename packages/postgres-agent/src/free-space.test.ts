import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FreeSpace } from "./free-space.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "free-space-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it("tells the room of a folder's volume, and asks once for all who ask at once", async () => {
  const space = new FreeSpace(folder);
  const answers = await Promise.all([space.look(), space.look()]);
  expect(answers[0]).toBeGreaterThan(0);
  expect(answers[1]).toBe(answers[0]);
  await rm(folder, { recursive: true });
  expect(await space.look()).toBe(answers[0]);
});

it("says nothing where the system does not", async () => {
  expect(await new FreeSpace(join(folder, "nowhere")).look()).toBeUndefined();
});
