import fc from "fast-check";
import { expect, it } from "vitest";
import { parseItem, parseRatings } from "./bodies.ts";

const entry = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{24}$/),
  rating: fc.double({ min: 0, max: 5, noNaN: true }),
});

it("never throws, whatever the body is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.option(fc.string(), { nil: undefined }), (body, key) => {
      expect(typeof parseRatings(body, key, new Date(0)).ok).toBe("boolean");
      expect(typeof parseItem(body, key).ok).toBe("boolean");
    }),
  );
});

it("leads the same request to the same ids, distinct from each other and from those of another key", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.string({ minLength: 1 }), (ratings, key) => {
      const ids = (k: string): string[] => {
        const parsed = parseRatings({ ratings }, k, new Date(0));
        return parsed.ok ? parsed.value.map(({ id }) => id) : ["refused"];
      };
      expect(ids(key)).toEqual(ids(key));
      const all = [...ids(key), ...ids(`${key}'`)];
      expect(new Set(all).size).toBe(all.length);
      expect(all).not.toContain("refused");
    }),
  );
});
