import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { equal } from "../json.ts";
import type { Field, Shape, StructShape } from "../types/shape.ts";
import { compare } from "./compare.ts";
import { difference, intersection, isEmpty, paths, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldsSet } from "./merge.ts";
import { afterUpdate, apply } from "./ownership.ts";
import type { Actor, Ownership } from "./ownership.ts";

const field = (shape: Shape): Field => ({
  shape,
  required: false,
  written: false,
  default: undefined,
  enum: undefined,
  mergeKey: undefined,
  retainKeys: false,
});
const struct = (fields: Readonly<Record<string, Shape>>, atomic = false): StructShape => ({
  kind: "struct",
  name: "",
  fields: new Map(Object.entries(fields).map(([name, shape]) => [name, field(shape)])),
  atomic,
  open: false,
});
const text: Shape = { kind: "string" };

/** One of each way to merge. */
const item = struct({ name: text, image: text, tags: { kind: "map", values: text, atomic: false } });
const shape = struct({
  metadata: struct({ labels: { kind: "map", values: text, atomic: false } }),
  spec: struct({
    size: { kind: "int32" },
    items: { kind: "list", items: item, merge: "byKey", keys: ["name"] },
    words: { kind: "list", items: text, merge: "set", keys: [] },
    args: { kind: "list", items: text, merge: "atomic", keys: [] },
    selector: struct({ app: text }, true),
    nested: struct({ a: text, b: text }),
  }),
});

const word = fc.constantFrom("a", "b", "c");
const labels = fc.dictionary(word, word);
const config = fc.record(
  {
    metadata: fc.record({ labels }, { requiredKeys: [] }),
    spec: fc.record(
      {
        size: fc.integer({ min: 0, max: 3 }),
        items: fc.uniqueArray(fc.record({ name: word, image: word, tags: labels }, { requiredKeys: ["name"] }), {
          selector: (each) => each.name,
        }),
        words: fc.uniqueArray(word),
        args: fc.array(word, { maxLength: 2 }),
        selector: fc.record({ app: word }),
        nested: fc.record({ a: word, b: word }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["metadata", "spec"] },
) as unknown as fc.Arbitrary<JsonObject>;

const actor = (manager: string): Actor => ({
  manager,
  apiVersion: "v1",
  subresource: "",
  time: "2026-01-01T00:00:00Z",
});
const zero: JsonObject = { metadata: {}, spec: {} };

/** The value at every leaf path, by a walk of its own: what comparing and merging are held against. */
function leaves(value: Json | undefined, of: Shape = shape, path = ""): Map<string, Json> {
  const found = new Map<string, Json>();
  const add = (part: Json, partShape: Shape, at: string) => {
    for (const [key, leaf] of leaves(part, partShape, at)) found.set(key, leaf);
  };
  if (value === undefined || value === null) return found;
  if (of.kind === "struct" && !of.atomic) {
    for (const [name, part] of Object.entries(value as JsonObject))
      add(part, of.fields.get(name)!.shape, `${path}.${name}`);
  } else if (of.kind === "map" && !of.atomic) {
    for (const [name, part] of Object.entries(value as JsonObject)) add(part, of.values, `${path}.${name}`);
  } else if (of.kind === "list" && of.merge === "byKey") {
    for (const each of value as JsonObject[]) add(each, of.items, `${path}[name=${JSON.stringify(each["name"])}]`);
  } else if (of.kind === "list" && of.merge === "set") {
    for (const each of value as Json[]) found.set(`${path}[=${JSON.stringify(each)}]`, each);
  } else found.set(path, value);
  return found;
}

const pathSet = (set: FieldSet) => new Set(paths(set));

describe("a set of fields", () => {
  const sets = fc.tuple(config, config).map(([a, b]) => [fieldsSet(shape, a), fieldsSet(shape, b)] as const);
  it("joins, subtracts and intersects as sets of paths do", () => {
    fc.assert(
      fc.property(sets, ([a, b]) => {
        const [left, right] = [pathSet(a), pathSet(b)];
        expect(pathSet(union(a, b))).toEqual(new Set([...left, ...right]));
        expect(pathSet(difference(a, b))).toEqual(new Set([...left].filter((path) => !right.has(path))));
        expect(pathSet(intersection(a, b))).toEqual(new Set([...left].filter((path) => right.has(path))));
      }),
    );
  });
});

describe("comparing", () => {
  it("finds exactly the leaves that differ", () => {
    fc.assert(
      fc.property(config, config, (before, after) => {
        const { changed, removed } = compare(shape, before, after);
        const [old, next] = [leaves(before), leaves(after)];
        const leafPaths = (set: FieldSet, of: Map<string, Json>) =>
          [...paths(set)].filter((path) => of.has(path)).sort();
        expect(leafPaths(changed, next)).toEqual(
          [...next.keys()].filter((path) => !old.has(path) || !equal(old.get(path), next.get(path))).sort(),
        );
        expect(leafPaths(removed, old)).toEqual([...old.keys()].filter((path) => !next.has(path)).sort());
      }),
    );
  });
});

describe("server-side apply", () => {
  const applied = (live: JsonObject, owners: readonly Ownership[], body: JsonObject, manager: string, force = true) =>
    apply(shape, live, body, owners, actor(manager), force);

  it("is idempotent: applying twice changes nothing", () => {
    fc.assert(
      fc.property(config, config, config, (first, other, mine) => {
        const a = applied(zero, [], first, "first");
        const b = applied(a.object, a.owners, other, "other");
        const once = applied(b.object, b.owners, mine, "mine");
        const twice = applied(once.object, once.owners, mine, "mine");
        expect(twice.object).toEqual(once.object);
        expect(twice.owners).toEqual(once.owners);
      }),
    );
  });

  it("makes every applied leaf so", () => {
    fc.assert(
      fc.property(config, config, (first, mine) => {
        const a = applied(zero, [], first, "first");
        const b = applied(a.object, a.owners, mine, "mine");
        const result = leaves(b.object);
        for (const [path, value] of leaves(mine)) expect([path, result.get(path)]).toEqual([path, value]);
      }),
    );
  });

  it("removes what its manager no longer applies and nobody else owns, and nothing else", () => {
    fc.assert(
      fc.property(config, config, config, (first, second, other) => {
        const a = applied(zero, [], other, "other");
        const b = applied(a.object, a.owners, first, "mine");
        const c = applied(b.object, b.owners, second, "mine");
        // Forcing took over what both spoke of with different values, so `other` owns what its entry still says.
        const others = b.owners.find((owner) => owner.manager === "other");
        const kept = new Set(others === undefined ? [] : paths(others.fields));
        const result = leaves(c.object);
        for (const path of leaves(first).keys()) {
          if (!leaves(second).has(path) && !kept.has(path)) expect([path, result.has(path)]).toEqual([path, false]);
        }
        for (const path of leaves(b.object).keys()) {
          if (!leaves(first).has(path)) expect([path, result.has(path)]).toEqual([path, true]);
        }
      }),
    );
  });

  it("conflicts exactly when it would change what another manager owns", () => {
    fc.assert(
      fc.property(config, config, (first, mine) => {
        const a = applied(zero, [], first, "first");
        const clash = [...leaves(mine)].some(
          ([path, value]) => leaves(first).has(path) && !equal(leaves(first).get(path), value),
        );
        const attempt = () => applied(a.object, a.owners, mine, "mine", false);
        if (clash) expect(attempt).toThrow(/^Apply failed with \d+ conflicts?: /);
        else expect(attempt).not.toThrow();
      }),
    );
  });

  it("leaves every leaf with an owner, and no owner without a leaf", () => {
    fc.assert(
      fc.property(config, config, config, (first, updated, mine) => {
        const a = applied(zero, [], first, "first");
        const owners = afterUpdate(shape, a.object, updated, a.owners, actor("editor"));
        const b = applied(updated, owners, mine, "mine");
        const owned = new Set(b.owners.flatMap((owner) => [...paths(owner.fields)]));
        for (const path of leaves(b.object).keys()) expect(owned).toContain(path);
        for (const owner of b.owners) expect(isEmpty(owner.fields)).toBe(false);
      }),
    );
  });
});

describe("lists that merge by key", () => {
  const items = (...names: string[]): JsonObject => ({
    metadata: {},
    spec: { items: names.map((name) => ({ name })) },
  });
  const order = (live: string[], mine: string[]) => {
    const { object } = apply(shape, items(...live), items(...mine), [], actor("mine"), true);
    return ((object["spec"] as JsonObject)["items"] as JsonObject[]).map((each) => each["name"] as string).join("");
  };
  it.each([
    [["a"], ["b"], "ab"],
    [["a", "x", "b"], ["b", "a"], "xba"],
    [["a", "x", "b"], ["a", "b"], "axb"],
    [["a", "b", "x"], ["c", "a", "b"], "cabx"],
    [[], ["b", "a"], "ba"],
  ])("live %j and applied %j make %s", (live, mine, expected) => {
    expect(order(live, mine)).toBe(expected);
  });
});
