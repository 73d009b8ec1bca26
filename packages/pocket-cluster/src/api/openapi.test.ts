import { describe, expect, it } from "vitest";
import { createStore } from "../store/index.ts";
import { openApi } from "./openapi.ts";

const store = createStore({ now: Date.now, random: Math.random });
const api = openApi(store);
const { paths } = api.index() as { paths: Record<string, { serverRelativeURL: string }> };

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { properties?: Record<string, unknown> }>> };
}
const load = (path: string): Document => JSON.parse(api.document(path)!.body) as Document;

describe("OpenAPI v3", () => {
  it("has a document for every group version, with its hash in the index", () => {
    const served = store
      .types()
      .map(({ group, version }) => (group === "" ? `api/${version}` : `apis/${group}/${version}`));
    expect(Object.keys(paths).sort()).toEqual([...new Set(served)].sort());
    for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
      expect(serverRelativeURL).toBe(`/openapi/v3/${path}?hash=${api.document(path)!.hash}`);
    }
    expect(api.document("apis/nope/v1")).toBeUndefined();
  });

  it.each(Object.keys(paths))(
    "of %s refers to nothing that it does not hold, and says which kinds it is about",
    (path) => {
      const document = load(path);
      const references = JSON.stringify(document).match(/#\/components\/schemas\/[^"]+/g) ?? [];
      for (const reference of new Set(references)) {
        expect(document.components.schemas[reference.slice("#/components/schemas/".length)], reference).toBeDefined();
      }
      const kinds = store
        .types()
        .filter(({ group, version }) => path === (group === "" ? `api/${version}` : `apis/${group}/${version}`));
      for (const { group, version, kind } of kinds) {
        expect(JSON.stringify(document.paths)).toContain(JSON.stringify({ group, version, kind }));
      }
    },
  );

  it("says how lists merge and which options a patch takes, as kubectl needs it to apply", () => {
    const { components, paths: operations } = load("apis/apps/v1");
    expect(components.schemas["io.k8s.api.core.v1.PodSpec"]?.properties?.["containers"]).toMatchObject({
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
    });
    expect(components.schemas["io.k8s.api.core.v1.PodSpec"]?.properties?.["volumes"]).toMatchObject({
      "x-kubernetes-patch-strategy": "retainKeys,merge",
    });
    const patch = operations["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?.["patch"];
    expect(patch).toMatchObject({
      parameters: expect.arrayContaining([expect.objectContaining({ name: "fieldValidation" })]),
      requestBody: { content: { "application/strategic-merge-patch+json": expect.anything() } },
    });
  });
});
