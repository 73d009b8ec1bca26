import fc from "fast-check";
import { expect, it } from "vitest";
import { buttonOf, type CardEvent, type CardState, outcomeOf, step } from "./card-state.ts";

const run = (...events: CardEvent[]): CardState => events.reduce(step, { kind: "idle" });

it("says saved only after the confirmation", () => {
  const saving = run({ kind: "choose", stars: 4 }, { kind: "submit", newKey: "k1" });
  expect(outcomeOf(saving)).toBe("Saving 4 stars…");
  expect(step(saving, { kind: "confirmed", key: "k1" })).toEqual({ kind: "saved", stars: 4 });
});

it("tries again with the same key, and with a new one only for another choice", () => {
  const failed = run(
    { kind: "choose", stars: 4 },
    { kind: "submit", newKey: "k1" },
    { kind: "refused", key: "k1", message: "away" },
  );
  expect(buttonOf(failed)).toEqual({ text: "Try again", enabled: true });
  expect(step(failed, { kind: "submit", newKey: "k2" })).toMatchObject({ kind: "saving", key: "k1" });
  const same = step(failed, { kind: "choose", stars: 4 });
  expect(step(same, { kind: "submit", newKey: "k2" })).toMatchObject({ key: "k1" });
  const other = step(failed, { kind: "choose", stars: 5 });
  expect(step(other, { kind: "submit", newKey: "k2" })).toMatchObject({ stars: 5, key: "k2" });
});

it("never says saved without a confirmation of the very attempt, and never loses a key in doubt by submitting", () => {
  const key = fc.constantFrom("k1", "k2");
  const event: fc.Arbitrary<CardEvent> = fc.oneof(
    fc.record({ kind: fc.constant("choose" as const), stars: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("submit" as const), newKey: key }),
    fc.record({ kind: fc.constant("confirmed" as const), key }),
    fc.record({ kind: fc.constant("refused" as const), key, message: fc.constant("away") }),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      let state: CardState = { kind: "idle" };
      for (const each of events) {
        const next = step(state, each);
        if (next.kind === "saved" && state.kind !== "saved") {
          expect(each.kind).toBe("confirmed");
          expect(state).toMatchObject({ kind: "saving", key: (each as { key: string }).key, stars: next.stars });
        }
        if (state.kind === "failed" && next.kind === "saving") expect(next.key).toBe(state.key);
        expect(buttonOf(next).text).not.toBe("");
        state = next;
      }
    }),
  );
});
