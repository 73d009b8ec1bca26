import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderedKinds, waveOf } from "../render/kubernetes/index.ts";
import type { Manifest } from "../render/kubernetes/index.ts";
import { planRollout } from "./plan.ts";

const owner = { fleet: "shop", site: "north" };
const ours = { "app.kubernetes.io/managed-by": "holdfast", "holdfast.dev/fleet": "shop", "holdfast.dev/site": "north" };

function manifest(
  apiVersion: string,
  kind: string,
  name: string,
  labels: Record<string, string> = ours,
  more = {},
): Manifest {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(kind === "Namespace" ? {} : { namespace: "shop" }), labels, ...more },
  };
}
const configMap = (name: string, labels?: Record<string, string>, more?: object) =>
  manifest("v1", "ConfigMap", name, labels, more);

describe("planRollout", () => {
  it("applies what others need before what needs it", () => {
    const desired = [...renderedKinds].reverse().map(({ apiVersion, kind }) => manifest(apiVersion, kind, "x"));
    const { waves } = planRollout(desired, [], owner);
    expect(waves.map((wave) => wave.map(({ kind }) => kind).sort())).toEqual([
      ["Namespace"],
      ["ConfigMap", "NetworkPolicy", "Role", "ServiceAccount"],
      ["Certificate", "RoleBinding", "Service"],
      ["Deployment", "StatefulSet"],
      ["HorizontalPodAutoscaler", "Ingress", "Job", "PodDisruptionBudget"],
    ]);
  });

  it("prunes dependents first", () => {
    const wanted = Array.from({ length: 20 }, (_, index) => configMap(`wanted-${index}`));
    const old = [
      manifest("v1", "ServiceAccount", "old"),
      manifest("apps/v1", "Deployment", "old"),
      manifest("networking.k8s.io/v1", "Ingress", "old"),
    ];
    const { prune } = planRollout(wanted, [...wanted, ...old], owner);
    expect(prune.map(({ kind }) => kind)).toEqual(["Ingress", "Deployment", "ServiceAccount"]);
  });

  it.each([
    ["of others", configMap("x", {})],
    ["of another fleet", configMap("x", { ...ours, "holdfast.dev/fleet": "bank" })],
    ["of another site", configMap("x", { ...ours, "holdfast.dev/site": "south" })],
    ["of another manager", configMap("x", { ...ours, "app.kubernetes.io/managed-by": "Helm" })],
    ["that a controller made", configMap("x", ours, { ownerReferences: [{ kind: "Deployment", name: "web" }] })],
    ["that hold data", manifest("v1", "PersistentVolumeClaim", "data-db-0")],
    ["of kinds that we do not render", manifest("discovery.k8s.io/v1", "EndpointSlice", "db-rw-1")],
    ["that hold passwords", manifest("v1", "Secret", "db-app")],
  ])("never deletes objects %s", (_, object) => {
    const desired = [configMap("a"), configMap("b"), configMap("c"), configMap("d")];
    expect(planRollout(desired, [...desired, object], owner, 1).prune).toEqual([]);
  });

  it("keeps a namespace, and says so", () => {
    const { prune, kept } = planRollout([], [manifest("v1", "Namespace", "old")], owner, 1);
    expect(prune).toEqual([]);
    expect(kept).toEqual([
      {
        reference: { apiVersion: "v1", kind: "Namespace", name: "old" },
        reason: "a namespace is never deleted: others may use it",
      },
    ]);
  });

  it("refuses to delete more than the share at once, and then deletes nothing", () => {
    const all = ["a", "b", "c", "d"].map((name) => configMap(name));
    expect(planRollout(all.slice(1), all, owner).prune).toHaveLength(1);
    const refused = planRollout(all.slice(2), all, owner);
    expect(refused.prune).toEqual([]);
    expect(refused.kept.map(({ reason }) => reason)).toEqual(
      Array(2).fill("2 of our 4 objects would go, more than 30 %"),
    );
    expect(planRollout(all.slice(2), all, owner, 0.5).prune).toHaveLength(2);
  });

  it("knows an object in another version of its group", () => {
    const desired = [manifest("autoscaling/v2", "HorizontalPodAutoscaler", "web")];
    expect(
      planRollout(desired, [manifest("autoscaling/v1", "HorizontalPodAutoscaler", "web")], owner, 1).prune,
    ).toEqual([]);
  });

  it("never plans to delete what is wanted, and applies each thing once, for any clusters", () => {
    const anyManifest = fc
      .record({ kind: fc.constantFrom(...renderedKinds), name: fc.constantFrom("a", "b", "c"), mine: fc.boolean() })
      .map(({ kind, name, mine }) => manifest(kind.apiVersion, kind.kind, name, mine ? ours : {}));
    const set = fc.uniqueArray(anyManifest, { selector: ({ kind, metadata }) => `${kind}/${metadata.name}` });
    fc.assert(
      fc.property(set, set, fc.double({ min: 0, max: 1, noNaN: true }), (desired, observed, share) => {
        const { waves, prune } = planRollout(desired, observed, owner, share);
        expect(new Set(waves.flat())).toEqual(new Set(desired));
        expect(waves.flat().map(waveOf)).toEqual(
          waves
            .flat()
            .map(waveOf)
            .sort((a, b) => a - b),
        );
        for (const { kind, name } of prune) {
          expect(desired.some((each) => each.kind === kind && each.metadata.name === name)).toBe(false);
          expect(
            observed.some((each) => each.kind === kind && each.metadata.name === name && each.metadata.labels === ours),
          ).toBe(true);
        }
      }),
    );
  });
});
