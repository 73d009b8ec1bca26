import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { structShape } from "../types/shape.ts";
import { applyJsonPatch, JsonPatchError } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

describe("JSON patch (RFC 6902, appendix A)", () => {
  it.each<[string, Json, Json, Json]>([
    ["A.1 adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
    [
      "A.2 adds an item",
      { foo: ["bar", "baz"] },
      [{ op: "add", path: "/foo/1", value: "qux" }],
      { foo: ["bar", "qux", "baz"] },
    ],
    ["A.3 removes a member", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
    [
      "A.4 removes an item",
      { foo: ["bar", "qux", "baz"] },
      [{ op: "remove", path: "/foo/1" }],
      { foo: ["bar", "baz"] },
    ],
    ["A.5 replaces a value", { baz: "qux" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo" }],
    [
      "A.6 moves a value",
      { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
      [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
      { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
    ],
    [
      "A.7 moves an item",
      { foo: ["all", "grass", "cows", "eat"] },
      [{ op: "move", from: "/foo/1", path: "/foo/3" }],
      { foo: ["all", "cows", "eat", "grass"] },
    ],
    [
      "A.10 adds a nested object",
      { foo: "bar" },
      [{ op: "add", path: "/child", value: { grandchild: {} } }],
      { foo: "bar", child: { grandchild: {} } },
    ],
    ["A.14 unescapes ~01", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
    [
      "A.16 appends a list",
      { foo: ["bar"] },
      [{ op: "add", path: "/foo/-", value: ["abc"] }],
      { foo: ["bar", ["abc"]] },
    ],
  ])("%s", (_title, target, patch, expected) => {
    expect(applyJsonPatch(target, patch)).toEqual(expected);
  });

  it.each<[string, Json, Json]>([
    ["A.9 a failing test", { baz: "qux" }, [{ op: "test", path: "/baz", value: "bar" }]],
    ["A.12 a missing parent", { foo: "bar" }, [{ op: "add", path: "/baz/bat", value: "qux" }]],
    ["A.15 a string is no number", { "~1": 10 }, [{ op: "test", path: "/~01", value: "10" }]],
    ["a position out of bounds", { foo: [] }, [{ op: "add", path: "/foo/1", value: 1 }]],
    ["a leading zero", { foo: [1, 2] }, [{ op: "remove", path: "/foo/01" }]],
  ])("refuses %s", (_title, target, patch) => {
    expect(() => applyJsonPatch(target, patch)).toThrow(JsonPatchError);
  });

  it("changes nothing when a later operation fails", () => {
    const target = { a: { b: 1 } };
    expect(() =>
      applyJsonPatch(target, [
        { op: "remove", path: "/a/b" },
        { op: "remove", path: "/c" },
      ]),
    ).toThrow();
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe("merge patch (RFC 7386, appendix A)", () => {
  it.each<[Json, Json, Json]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j and %j make %j", (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });
});

describe("strategic merge patch", () => {
  const pod = (target: JsonObject, patch: Json) =>
    applyStrategicMergePatch(structShape("core.v1.PodSpec"), target, patch);
  const named = (...names: string[]) => ({ containers: names.map((name) => ({ name })) });

  it("merges items by their key and appends new ones", () => {
    expect(
      pod({ containers: [{ name: "a", image: "1" }] }, { containers: [{ name: "a", image: "2" }, { name: "b" }] }),
    ).toEqual({ containers: [{ name: "a", image: "2" }, { name: "b" }] });
  });
  it("deletes an item by directive", () => {
    expect(pod(named("a", "b"), { containers: [{ name: "a", $patch: "delete" }] })).toEqual(named("b"));
  });
  it("replaces a list and an object by directive", () => {
    expect(pod(named("a", "b"), { containers: [{ $patch: "replace" }, { name: "c" }] })).toEqual(named("c"));
    expect(
      pod({ securityContext: { runAsUser: 1 } }, { securityContext: { $patch: "replace", runAsGroup: 2 } }),
    ).toEqual({
      securityContext: { runAsGroup: 2 },
    });
  });
  it("orders items as $setElementOrder says, the others where they were", () => {
    const order = ["c", "a"].map((name) => ({ name }));
    expect(pod(named("a", "b", "c"), { "$setElementOrder/containers": order })).toEqual(named("b", "c", "a"));
    expect(
      pod(named("a"), { containers: [{ name: "b" }], "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] }),
    ).toEqual(named("b", "a"));
  });
  it("deletes from lists of scalars", () => {
    const meta = structShape("meta.v1.ObjectMeta");
    expect(
      applyStrategicMergePatch(
        meta,
        { finalizers: ["a/b", "c/d"] },
        {
          "$deleteFromPrimitiveList/finalizers": ["a/b"],
          finalizers: ["e/f"],
        },
      ),
    ).toEqual({ finalizers: ["c/d", "e/f"] });
  });
  it("keeps only the fields that $retainKeys names", () => {
    const spec = structShape("apps.v1.DeploymentSpec");
    expect(
      applyStrategicMergePatch(
        spec,
        { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
        { strategy: { type: "Recreate", $retainKeys: ["type"] } },
      ),
    ).toEqual({ strategy: { type: "Recreate" } });
  });
  it("replaces lists without a merge key and removes by null", () => {
    expect(
      pod({ tolerations: [{ key: "a" }], hostname: "h" }, { tolerations: [{ key: "b" }], hostname: null }),
    ).toEqual({
      tolerations: [{ key: "b" }],
    });
  });
  it("removes a volume's old source when the new one retains only its own", () => {
    expect(
      pod(
        { volumes: [{ name: "v", emptyDir: {} }] },
        { volumes: [{ name: "v", configMap: { name: "c" }, $retainKeys: ["name", "configMap"] }] },
      ),
    ).toEqual({ volumes: [{ name: "v", configMap: { name: "c" } }] });
  });
});
