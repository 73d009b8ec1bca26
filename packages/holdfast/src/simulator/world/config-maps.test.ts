import fc from "fast-check";
import { expect, it } from "vitest";
import type { Manifest } from "../../ports/index.ts";
import { ApiError } from "../../../../pocket-cluster/src/store/index.ts";
import { LeanConfigMaps, PocketConfigMaps } from "./config-maps.ts";
import type { ConfigMaps } from "./config-maps.ts";

type Step =
  | {
      readonly kind: "create" | "replace-newest" | "replace-stale" | "replace-blindly";
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: "delete" | "get"; readonly name: string }
  | { readonly kind: "list" | "back-up" | "restore" };

const name = fc.constantFrom("a", "b");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("create", "replace-newest", "replace-stale", "replace-blindly"),
    name,
    value: fc.constantFrom("1", "2"),
  }),
  fc.record({ kind: fc.constantFrom("delete", "get"), name }),
  fc.record({ kind: fc.constantFrom("list", "back-up", "restore") }),
);

/** What a client learns of each step, without what each store numbers in its own way. */
function play(maps: ConfigMaps, steps: readonly Step[]): readonly string[] {
  const seen: Manifest[] = [];
  let backup = maps.backup();
  let changes = 0;
  maps.onChange = () => (changes += 1);
  const show = (object: Manifest | undefined): string => {
    if (object === undefined) return "nothing";
    const before = seen.find(({ metadata }) => metadata["uid"] === object.metadata["uid"]);
    const version = before && before.metadata.resourceVersion === object.metadata.resourceVersion ? "same" : "new";
    seen.unshift(object);
    return JSON.stringify([object.metadata.name, object.metadata.labels, object["data"], version]);
  };
  return steps.map((each) => {
    const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: "s", name: "name" in each ? each.name : "" };
    const before = changes;
    try {
      const answer = ((): string => {
        switch (each.kind) {
          case "create":
            return show(maps.create(manifest(each.name, each.value)));
          case "replace-blindly":
            return show(maps.replace(manifest(each.name, each.value)));
          case "replace-newest":
            return show(maps.replace(manifest(each.name, each.value, maps.get(reference)?.metadata.resourceVersion)));
          case "replace-stale":
            return show(maps.replace(manifest(each.name, each.value, "1")));
          case "delete":
            maps.delete(reference);
            return "deleted";
          case "get":
            return show(maps.get(reference));
          case "list":
            return maps
              .list({ apiVersion: "v1", kind: "ConfigMap", namespace: "s", labelSelector: "holdfast.dev/register" })
              .map(show)
              .join();
          case "back-up":
            backup = maps.backup();
            return "";
          case "restore":
            maps.restore(backup);
            return "";
        }
      })();
      return `${each.kind} ${answer} changes=${changes - before}`;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return `${each.kind} refused with ${error.code}`;
    }
  });
}

function manifest(called: string, value: string, resourceVersion?: string): Manifest {
  const labels = { "holdfast.dev/register": called };
  const metadata = { name: called, namespace: "s", labels, ...(resourceVersion !== undefined && { resourceVersion }) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { value } };
}

it("answers as the pocket cluster's store does, whatever is asked in whatever order", () => {
  const environment = () => {
    let seed = 7;
    return { now: () => 0, random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 };
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      expect(play(new LeanConfigMaps(environment()), steps)).toEqual(play(new PocketConfigMaps(environment()), steps));
    }),
    { numRuns: 300 },
  );
});
