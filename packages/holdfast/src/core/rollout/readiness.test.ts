import { describe, expect, it } from "vitest";
import type { Manifest } from "../render/kubernetes/index.ts";
import { hasReadiness, judgeReadiness } from "./readiness.ts";

const object = (apiVersion: string, kind: string, rest: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "shop", generation: 2 },
  ...rest,
});
const selector = { matchLabels: { app: "web" } };
const deployment = (status: object | undefined) =>
  object("apps/v1", "Deployment", { spec: { replicas: 2, selector }, ...(status && { status }) });
const set = (status: object) => object("apps/v1", "StatefulSet", { spec: { replicas: 1, selector }, status });

function pod(name: string, status: object, labels: Record<string, string> = { app: "web" }): Manifest {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "shop", labels }, status };
}

describe("a Deployment", () => {
  it.each([
    ["was not looked at yet", undefined, "waiting: not seen by its controller yet"],
    [
      "was looked at before its last change",
      { observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 },
      "waiting: not seen by its controller yet",
    ],
    [
      "is being rolled",
      { observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3 },
      "waiting: 1 of 2 replicas updated",
    ],
    [
      "starts",
      { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 1 },
      "waiting: 1 of 2 replicas ready",
    ],
    [
      "still has old pods",
      { observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 2 },
      "waiting: 1 old replicas to end",
    ],
    ["is done", { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, "ready"],
    [
      "made no progress",
      {
        observedGeneration: 2,
        replicas: 2,
        updatedReplicas: 2,
        conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
      },
      "failed: no progress for too long, 0 of 2 replicas ready",
    ],
  ])("that %s", (_, status, expected) => {
    expect(text(judgeReadiness(deployment(status)))).toBe(expected);
  });

  it("says what keeps its own pods, at most three of them", () => {
    const starting = deployment({ observedGeneration: 2, replicas: 2, updatedReplicas: 2 });
    const backOff = (name: string) =>
      pod(name, {
        phase: "Pending",
        containerStatuses: [
          { name: "c", ready: false, state: { waiting: { reason: "ImagePullBackOff", message: "no such\n image" } } },
        ],
      });
    const other = pod("other", { phase: "Pending" }, { app: "api" });
    expect(text(judgeReadiness(starting, [backOff("b"), backOff("a"), other]))).toBe(
      "waiting: 0 of 2 replicas ready; pod a: ImagePullBackOff: no such image; pod b: ImagePullBackOff: no such image",
    );
    const five = ["a", "b", "c", "d", "e"].map(backOff);
    expect(text(judgeReadiness(starting, five))).toMatch(/pod c: .*; 2 more pods$/);
  });
});

describe("a StatefulSet", () => {
  it.each([
    ["whose pod is not ready", { observedGeneration: 2, readyReplicas: 0 }, "waiting: 0 of 1 replicas ready"],
    [
      "whose pod is of the old revision",
      { observedGeneration: 2, readyReplicas: 1, updatedReplicas: 0, currentRevision: "a", updateRevision: "b" },
      "waiting: 0 of 1 replicas updated",
    ],
    [
      "that is done",
      { observedGeneration: 2, readyReplicas: 1, updatedReplicas: 1, currentRevision: "b", updateRevision: "b" },
      "ready",
    ],
  ])("%s", (_, status, expected) => {
    expect(text(judgeReadiness(set(status)))).toBe(expected);
  });
});

describe("a Pod", () => {
  const container = (state: object, more: object = {}) => ({
    phase: "Running",
    containerStatuses: [{ name: "c", ready: false, state, ...more }],
  });
  it.each([
    [
      "that nothing can hold",
      {
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
        ],
      },
      "waiting: Unschedulable: 0/3 nodes are available",
    ],
    [
      "that is on its way",
      {
        phase: "Pending",
        containerStatuses: [{ name: "c", ready: false, state: { waiting: { reason: "ContainerCreating" } } }],
      },
      "waiting: starting",
    ],
    [
      "that crashes",
      container(
        { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
        { lastState: { terminated: { exitCode: 1 } } },
      ),
      "waiting: CrashLoopBackOff: exit code 1",
    ],
    [
      "that has just ended",
      container({ terminated: { reason: "OOMKilled", exitCode: 137 } }),
      "waiting: OOMKilled: exit code 137",
    ],
    [
      "whose probe does not pass",
      container({ running: {} }),
      "waiting: runs, and its readiness probe does not pass yet",
    ],
    ["that failed", { phase: "Failed" }, "failed: Failed"],
    ["that is done", { phase: "Succeeded" }, "ready"],
    ["that is ready", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }, "ready"],
  ])("%s", (_, status, expected) => {
    expect(text(judgeReadiness(pod("p", status)))).toBe(expected);
  });
});

describe("others", () => {
  it.each([
    [object("v1", "Service", { spec: { type: "LoadBalancer" } }), "waiting: the load balancer has no address yet"],
    [
      object("v1", "Service", {
        spec: { type: "LoadBalancer" },
        status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
      }),
      "ready",
    ],
    [object("v1", "Service", { spec: { type: "ClusterIP" } }), "ready"],
    [object("batch/v1", "Job", { spec: { completions: 1 }, status: {} }), "waiting: 0 of 1 completed"],
    [object("batch/v1", "Job", { status: { conditions: [{ type: "Complete", status: "True" }] } }), "ready"],
    [
      object("batch/v1", "Job", { status: { conditions: [{ type: "Failed", status: "True", message: "too often" }] } }),
      "failed: too often",
    ],
    [object("v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }), "waiting: the volume is pending"],
    [object("v1", "Namespace", { status: { phase: "Terminating" } }), "failed: it is being deleted"],
    [
      object("cert-manager.io/v1", "Certificate", {
        status: { conditions: [{ type: "Ready", status: "False", message: "issuing" }] },
      }),
      "waiting: issuing",
    ],
    [object("networking.k8s.io/v1", "Ingress", {}), "ready"],
  ])("%#", (subject, expected) => {
    expect(text(judgeReadiness(subject))).toBe(expected);
  });

  it("is only waited for where there is something to wait for", () => {
    expect(hasReadiness(object("v1", "Service", { spec: { type: "ClusterIP" } }))).toBe(false);
    expect(hasReadiness(object("v1", "Service", { spec: { type: "LoadBalancer" } }))).toBe(true);
    expect(hasReadiness(object("v1", "ConfigMap", {}))).toBe(false);
    expect(hasReadiness(deployment({}))).toBe(true);
  });
});

function text(readiness: ReturnType<typeof judgeReadiness>): string {
  return readiness.kind === "ready" ? "ready" : `${readiness.kind}: ${readiness.reason}`;
}
