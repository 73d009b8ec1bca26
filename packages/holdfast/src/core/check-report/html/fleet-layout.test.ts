import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SiteName } from "../../spec/index.ts";
import { layOutFleet } from "./fleet-layout.ts";
import type { FleetLayout } from "./fleet-layout.ts";
import type { FleetPicture, Joint, PictureBox, PlaceBox } from "./fleet-picture.ts";
import { bottomOf, rightOf } from "./geometry.ts";
import type { Rectangle } from "./geometry.ts";

const words = fc.constantFrom(
  "seattle",
  "a",
  "orlando-hub-1",
  "llanfairpwllgwyngyllgogerychwyrndrobwll",
  "漢字漢字",
  "WWWWWWWWWWWWWWWWWWWW",
);
const weakness = fc.constantFrom("none", "distributed", "reserve", "single");

const box = (id: string): fc.Arbitrary<PictureBox> =>
  fc.record({
    id: fc.constant(id),
    title: words,
    subtitle: words,
    rows: fc.array(fc.record({ icon: fc.constant("app" as const), text: words, weakness }), { maxLength: 9 }),
    weakness,
  });

const place = (name: string, role: PlaceBox["role"]): fc.Arbitrary<PlaceBox> =>
  fc
    .tuple(box(`place/${name}`), fc.option(words, { nil: undefined }), fc.option(words, { nil: undefined }))
    .map(([one, badge, users]) => ({
      ...one,
      name: name as SiteName,
      role,
      ...(badge === undefined ? {} : { badge }),
      ...(users === undefined || role === "witness" ? {} : { users }),
    }));

const picture: fc.Arbitrary<FleetPicture> = fc
  .tuple(fc.integer({ min: 1, max: 10 }), fc.boolean(), fc.integer({ min: 0, max: 12 }))
  .chain(([sites, witness, shared]) => {
    const names = Array.from({ length: sites }, (_, index) => `s${index}`);
    const places = [...names.map((name) => place(name, "site")), ...(witness ? [place("w", "witness")] : [])];
    const ends = witness ? [...names, "w"] : names;
    const joint: fc.Arbitrary<Joint> = fc.record({
      kind: fc.constantFrom("link", "backup"),
      from: fc.constantFrom(...ends).map((name) => name as SiteName),
      to: fc.constantFrom(...ends).map((name) => name as SiteName),
      bothWays: fc.boolean(),
      label: words,
      weakness,
    });
    return fc.record({
      steering: box("steering"),
      places: fc.tuple(...places),
      joints: fc.uniqueArray(joint, {
        maxLength: 55,
        selector: ({ kind, from, to }) => [kind, ...[from, to].toSorted()].join(),
      }),
      shared: fc.tuple(...Array.from({ length: shared }, (_, index) => box(`shared/${index}`))),
    });
  });

const boxesOf = ({ steering, places, shared }: FleetLayout) => [steering, ...places, ...shared];
const labelsOf = ({ lines }: FleetLayout) => lines.flatMap(({ label }) => (label === undefined ? [] : [label]));

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < rightOf(b) && b.x < rightOf(a) && a.y < bottomOf(b) && b.y < bottomOf(a);
}

describe("the layout of a fleet of 1 to 10 sites", () => {
  it("covers no box and no label with another", () => {
    fc.assert(
      fc.property(picture, (drawn) => {
        const layout = layOutFleet(drawn);
        const all = [...boxesOf(layout), ...labelsOf(layout)];
        for (const [index, a] of all.entries()) {
          for (const b of all.slice(index + 1)) expect(overlap(a, b), JSON.stringify([a, b])).toBe(false);
        }
      }),
      { numRuns: 120 },
    );
  });

  it("stays within its frame, with every place and everything shared in it", () => {
    fc.assert(
      fc.property(picture, (drawn) => {
        const layout = layOutFleet(drawn);
        expect(layout.places.map(({ box: { name } }) => name).toSorted()).toEqual(
          drawn.places.map(({ name }) => name).toSorted(),
        );
        expect(layout.shared).toHaveLength(drawn.shared.length);
        for (const one of [...boxesOf(layout), ...labelsOf(layout)]) {
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.y).toBeGreaterThanOrEqual(0);
          expect(rightOf(one)).toBeLessThanOrEqual(layout.width);
          expect(bottomOf(one)).toBeLessThanOrEqual(layout.height);
        }
        for (const { x, y } of layout.lines.flatMap(({ points }) => points)) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(layout.width);
          expect(y).toBeLessThanOrEqual(layout.height);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("joins what is to be joined, without a line through a box", () => {
    fc.assert(
      fc.property(picture, (drawn) => {
        const layout = layOutFleet(drawn);
        const joints = drawn.joints.filter(({ from, to }) => from !== to);
        expect(layout.lines.filter(({ kind }) => kind !== "users")).toHaveLength(joints.length);
        for (const { points } of layout.lines) {
          for (const [index, end] of points.slice(1).entries()) {
            const start = points[index]!;
            const line: Rectangle = {
              x: Math.min(start.x, end.x),
              y: Math.min(start.y, end.y),
              width: Math.abs(end.x - start.x),
              height: Math.abs(end.y - start.y),
            };
            for (const one of boxesOf(layout)) expect(crosses(line, one), JSON.stringify([line, one])).toBe(false);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** A line may touch the edge that it begins or ends at, and no more. */
function crosses(line: Rectangle, place: Rectangle): boolean {
  return overlap(
    { x: line.x - 0.1, y: line.y - 0.1, width: line.width + 0.2, height: line.height + 0.2 },
    { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2 },
  );
}
