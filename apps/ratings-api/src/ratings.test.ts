import fc from "fast-check";
import { expect, it } from "vitest";
import { leaderboard } from "./ratings.ts";

const tally = fc.array(fc.integer({ min: 0, max: 5 })).chain((given) =>
  fc.record({
    name: fc.string(),
    img: fc.constant("/a.svg"),
    stars: fc.constant(given.reduce((a, b) => a + b, 0)),
    votes: fc.constant(given.length),
  }),
);

it("keeps every item, orders by stars, and rounds the average to half a star", () => {
  fc.assert(
    fc.property(fc.array(tally), (tallies) => {
      const rows = leaderboard(tallies);
      expect(rows).toHaveLength(tallies.length);
      for (const [index, { stars, votes, average, halfstar }] of rows.entries()) {
        expect(stars).toBeLessThanOrEqual(rows[index - 1]?.stars ?? Infinity);
        expect(average).toBe(votes === 0 ? 0 : stars / votes);
        expect(Math.abs(halfstar - average)).toBeLessThanOrEqual(0.25);
        expect(Number.isInteger(halfstar * 2)).toBe(true);
      }
    }),
  );
});
