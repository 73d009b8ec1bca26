import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMemory, writeMemory, type Memory } from "./memory.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "memory-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));
const write = (text: string): Promise<void> => writeFile(join(folder, "agent.json"), text);

describe("memory", () => {
  it("knows nothing at first, and then what was written", () => {
    expect(readMemory(folder)).toEqual({ term: -1, revision: 0, followedTerm: -1, promotionUnrecorded: false });
    const memory: Memory = {
      term: 4,
      revision: 7,
      followedTerm: 3,
      promotionUnrecorded: true,
      desired: { role: "primary", term: 4, revision: 7, syncStandbys: ["portland"], standbys: ["portland"] },
    };
    writeMemory(folder, memory);
    expect(readMemory(folder)).toEqual(memory);
  });

  it("reads what an agent wrote that knew no revisions", async () => {
    await write('{"term":4,"followedTerm":3,"promotionUnrecorded":false}\n');
    expect(readMemory(folder)).toEqual({ term: 4, revision: 0, followedTerm: 3, promotionUnrecorded: false });
  });

  it.each([
    ["{}"],
    ["no JSON"],
    ['{"term":4,"revision":"7","followedTerm":3,"promotionUnrecorded":false}'],
    ['{"term":4,"followedTerm":3,"promotionUnrecorded":false,"desired":{"role":"boss"}}'],
  ])("throws rather than to forget: %s", async (text) => {
    await write(text);
    expect(() => readMemory(folder)).toThrow();
  });
});
