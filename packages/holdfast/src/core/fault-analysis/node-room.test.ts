import { describe, expect, it } from "vitest";
import { nodesFor, roomOfNode } from "./node-room.ts";

describe("what pods may use of a node (R50)", () => {
  // The page's own table of CPU, and its example of 7 GiB: 25 % of 4, 20 % of 3, and 750 MiB are kept.
  it.each([
    [2, 7, 1.9, 7 - 1.6 - 0.732],
    [8, 28, 7.82, 28 - (1 + 0.8 + 0.8 + 0.72) - 0.732],
    [64, 256, 63.26, 256 - (1 + 0.8 + 0.8 + 6.72 + 2.56) - 0.732],
    [1, 0.75, 0.94, 0],
  ])("%d vCPUs and %d GiB", (vCpus, memoryGiB, cpu, left) => {
    const room = roomOfNode({ vCpus, memoryGiB });
    expect(room.cpu).toBeCloseTo(cpu, 6);
    expect(room.memoryGiB).toBeCloseTo(left, 2);
  });

  it("takes as many nodes as the scarcer of the two needs, and one at least", () => {
    const node = { cpu: 2, memoryGiB: 4 };
    expect(nodesFor({ cpu: 5, memoryGiB: 1 }, node)).toBe(3);
    expect(nodesFor({ cpu: 1, memoryGiB: 17 }, node)).toBe(5);
    expect(nodesFor({ cpu: 0, memoryGiB: 0 }, node)).toBe(1);
  });
});
