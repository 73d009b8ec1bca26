import { describe, expect, it } from "vitest";
import { judge, parseTimelineHistory, type OwnData, type UpstreamData } from "./lineage.ts";

const SEGMENT = 16 * 1024 * 1024;
const at = (segment: number, offset = 0): bigint => BigInt(segment * SEGMENT + offset);

// The upstream was promoted once, at segment 5, and is at segment 7 now.
const upstream: UpstreamData = {
  inRecovery: false,
  systemIdentifier: "77",
  timeline: 2,
  position: at(7),
  history: [{ timeline: 1, end: at(5) }],
  promotions: ["begin", "second"],
  walSegmentBytes: SEGMENT,
  oldestSegment: 3n,
};
const own: OwnData = {
  systemIdentifier: "77",
  timeline: 1,
  position: at(4),
  promotions: ["begin"],
  promotionUnrecorded: false,
};

describe("judge", () => {
  const cases: readonly [string, Partial<OwnData>, Partial<UpstreamData>, "follow" | "clone" | "refuse"][] = [
    ["behind on an earlier timeline", {}, {}, "follow"],
    ["exactly where the timeline forked (a clean switchover)", { position: at(5) }, {}, "follow"],
    ["one byte past the fork (an old primary with writes of its own)", { position: at(5, 1) }, {}, "clone"],
    ["behind on the same timeline", { timeline: 2, position: at(6), promotions: ["begin", "second"] }, {}, "follow"],
    ["ahead on the same timeline", { timeline: 2, position: at(8), promotions: ["begin", "second"] }, {}, "clone"],
    ["on a timeline that is not in the upstream's past", { timeline: 3 }, {}, "clone"],
    [
      "promoted at the same position to the same timeline, by another term",
      { timeline: 2, position: at(6), promotions: ["begin", "other"] },
      {},
      "clone",
    ],
    ["promoted, and stopped before that was recorded", { promotionUnrecorded: true }, {}, "clone"],
    ["so far behind that the WAL is gone", { position: at(2, 100) }, {}, "clone"],
    ["just not too far behind", { position: at(3) }, {}, "follow"],
    ["of another system", { systemIdentifier: "78" }, {}, "refuse"],
    [
      "of another system, though the upstream could be cloned",
      { systemIdentifier: "78", promotionUnrecorded: true },
      {},
      "refuse",
    ],
    ["of another beginning (made from the same template)", {}, { promotions: ["begin anew"] }, "refuse"],
    ["of a beginning that the upstream does not have", {}, { promotions: [] }, "refuse"],
    ["whose upstream is not a primary", {}, { inRecovery: true }, "refuse"],
    ["that never got to its first record", { promotions: [] }, {}, "follow"],
  ];
  it.each(cases)("a server %s", (_, ownPart, upstreamPart, verdict) => {
    expect(judge({ ...own, ...ownPart }, { ...upstream, ...upstreamPart }).kind).toBe(verdict);
  });
});

describe("parseTimelineHistory", () => {
  it("reads a file as PostgreSQL writes it", () => {
    const text =
      "1\t0/3000000\tno recovery target specified\n\n# a comment\n2\t16/B374D848\tno recovery target specified\n";
    expect(parseTimelineHistory(text)).toEqual([
      { timeline: 1, end: 0x3000000n },
      { timeline: 2, end: 0x16b374d848n },
    ]);
  });

  it("refuses what it does not understand", () => {
    for (const text of ["x\t0/1\t", "1\tnowhere\t", "1"]) expect(() => parseTimelineHistory(text)).toThrow();
  });
});
