import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../store/index.ts";
import { createStore } from "../../store/index.ts";
import { jsonPath } from "./custom.ts";
import { columnsOf, renderTable } from "./index.ts";
import { humanDuration } from "./reading.ts";

const NOW = Date.parse("2026-11-23T01:00:00Z");
const store = createStore({ now: () => NOW, random: () => 0.5 });
const columns = (group: string, version: string, resource: string) =>
  columnsOf(store.findType(group, version, resource)!, store);

interface Table {
  readonly columnDefinitions: readonly unknown[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

describe("a real server's pod table", () => {
  const { exchanges } = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../testdata/transcripts/controllers.json"), "utf8"),
  ) as { exchanges: { request: { path: string; headers?: Record<string, string> }; response: { body: unknown } }[] };
  const pods = exchanges.filter(({ request }) => request.path === "/api/v1/namespaces/conf/pods");
  const list = pods.find(({ request }) => request.headers === undefined)!.response.body as { items: KubeObject[] };
  const recorded = pods.find(({ request }) => request.headers !== undefined)!.response.body as Table;

  it("has the same columns and cells, but for the age", () => {
    const objects = list.items.map((item) => ({ ...item, kind: "Pod", apiVersion: "v1" }));
    const options = { columns: columns("", "v1", "pods"), now: NOW, includeObject: "Metadata" } as const;
    const table = renderTable(objects, {}, options) as Table;
    expect(table.columnDefinitions).toEqual(recorded.columnDefinitions);
    const withoutAge = ({ rows }: Table) => rows.map(({ cells }) => cells.filter((_, index) => index !== 4));
    expect(withoutAge(table)).toEqual(withoutAge(recorded));
  });
});

describe("cells", () => {
  const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
  const object = (kind: string, fields: object, metadata: object = {}): KubeObject =>
    ({
      apiVersion: "v1",
      kind,
      metadata: { name: "x", creationTimestamp: ago(90), ...metadata },
      ...fields,
    }) as unknown as KubeObject;
  const cells = (type: string, of: KubeObject): unknown[] => {
    const [group = "", version = "", resource = ""] = type.split("/");
    return columns(group, version, resource)
      .filter((column) => column.definition.priority === 0)
      .map((column) => column.cell(of, NOW));
  };
  const pod = (status: object, metadata: object = {}, spec: object = {}): unknown[] =>
    cells(
      "/v1/pods",
      object("Pod", { spec: { containers: [{ name: "a" }, { name: "b" }], ...spec }, status }, metadata),
    );
  const ready = { name: "a", ready: true, restartCount: 0, state: { running: {} } };

  it.each([
    [
      "runs",
      pod({ phase: "Running", containerStatuses: [ready, { ...ready, name: "b" }] }),
      ["x", "2/2", "Running", "0", "90s"],
    ],
    [
      "crashes",
      pod({
        phase: "Running",
        containerStatuses: [
          ready,
          {
            name: "b",
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { finishedAt: ago(30) } },
          },
        ],
      }),
      ["x", "1/2", "CrashLoopBackOff", "3 (30s ago)", "90s"],
    ],
    [
      "ended",
      pod({
        phase: "Succeeded",
        containerStatuses: [
          { name: "a", ready: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } },
        ],
      }),
      ["x", "0/2", "Completed", "0", "90s"],
    ],
    [
      "died of a signal",
      pod({
        phase: "Failed",
        containerStatuses: [
          { name: "a", ready: false, restartCount: 0, state: { terminated: { exitCode: 137, signal: 9 } } },
        ],
      }),
      ["x", "0/2", "Signal:9", "0", "90s"],
    ],
    ["is going", pod({ phase: "Running" }, { deletionTimestamp: ago(1) }), ["x", "0/2", "Terminating", "0", "90s"]],
    ["was evicted", pod({ phase: "Failed", reason: "Evicted" }), ["x", "0/2", "Evicted", "0", "90s"]],
    [
      "initializes",
      pod(
        { phase: "Pending", initContainerStatuses: [{ name: "i", restartCount: 0, state: { running: {} } }] },
        {},
        { initContainers: [{ name: "i" }, { name: "j" }] },
      ),
      ["x", "0/2", "Init:0/2", "0", "90s"],
    ],
  ])("of a pod that %s", (_, shown, expected) => {
    expect(shown).toEqual(expected);
  });

  it("of a service of type LoadBalancer", () => {
    const spec = {
      type: "LoadBalancer",
      clusterIP: "10.0.0.1",
      ports: [
        { port: 80, nodePort: 30080, protocol: "TCP" },
        { port: 53, protocol: "UDP" },
      ],
    };
    expect(cells("/v1/services", object("Service", { spec }))).toEqual([
      "x",
      "LoadBalancer",
      "10.0.0.1",
      "<pending>",
      "80:30080/TCP,53/UDP",
      "90s",
    ]);
    const status = { loadBalancer: { ingress: [{ ip: "127.21.0.2" }] } };
    expect(cells("/v1/services", object("Service", { spec, status }))[3]).toBe("127.21.0.2");
  });

  it("of a node, a job, an autoscaler, a disruption budget and an event", () => {
    const conditions = [{ type: "Ready", status: "True" }];
    const node = object(
      "Node",
      { spec: { unschedulable: true }, status: { conditions, nodeInfo: { kubeletVersion: "v1.34.9" } } },
      { labels: { "node-role.kubernetes.io/worker": "" } },
    );
    expect(cells("/v1/nodes", node)).toEqual(["x", "Ready,SchedulingDisabled", "worker", "90s", "v1.34.9"]);

    const job = object("Job", {
      spec: { completions: 2 },
      status: {
        succeeded: 2,
        startTime: ago(80),
        completionTime: ago(20),
        conditions: [{ type: "Complete", status: "True" }],
      },
    });
    expect(cells("batch/v1/jobs", job)).toEqual(["x", "Complete", "2/2", "60s", "90s"]);

    const metrics = [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
    ];
    const hpa = {
      spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 1, maxReplicas: 5, metrics },
      status: { currentReplicas: 2 },
    };
    expect(cells("autoscaling/v2/horizontalpodautoscalers", object("HorizontalPodAutoscaler", hpa))).toEqual([
      "x",
      "Deployment/web",
      "cpu: <unknown>/80%",
      "1",
      5,
      2,
      "90s",
    ]);
    const measured = {
      ...hpa,
      status: {
        currentReplicas: 2,
        currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 40 } } }],
      },
    };
    expect(cells("autoscaling/v2/horizontalpodautoscalers", object("HorizontalPodAutoscaler", measured))[2]).toBe(
      "cpu: 40%/80%",
    );

    const budget = object("PodDisruptionBudget", { spec: { minAvailable: "50%" }, status: { disruptionsAllowed: 1 } });
    expect(cells("policy/v1/poddisruptionbudgets", budget)).toEqual(["x", "50%", "N/A", 1, "90s"]);

    const event = object("Event", {
      type: "Warning",
      reason: "BackOff",
      message: " again \n",
      lastTimestamp: ago(5),
      involvedObject: { kind: "Pod", name: "p" },
    });
    expect(cells("/v1/events", event)).toEqual(["5s", "Warning", "BackOff", "pod/p", "again"]);
  });
});

it.each([
  [-5, "<invalid>"],
  [-1, "0s"],
  [0, "0s"],
  [119, "119s"],
  [120, "2m"],
  [125, "2m5s"],
  [600, "10m"],
  [10_799, "179m"],
  [10_800, "3h"],
  [11_000, "3h3m"],
  [28_800, "8h"],
  [172_800, "2d"],
  [180_000, "2d2h"],
  [691_200, "8d"],
  [63_072_000, "2y"],
  [70_000_000, "2y80d"],
  [252_288_000, "8y"],
])("%d seconds are shown as %s", (seconds, shown) => {
  expect(humanDuration(seconds * 1000)).toBe(shown);
});

it.each([
  [".spec.size", [3]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  [".status.conditions[*].type", ["Up", "Ready"]],
  [".status.conditions[-1].type", ["Ready"]],
  [".metadata.labels['a.b/c']", ["d"]],
  [".metadata.labels.a\\.b", ["e"]],
  [".spec.none.deeper", []],
  [".spec..size", []],
])("the JSONPath %s finds %j", (path, found) => {
  const object = {
    metadata: { labels: { "a.b/c": "d", "a.b": "e" } },
    spec: { size: 3 },
    status: {
      conditions: [
        { type: "Up", status: "False" },
        { type: "Ready", status: "True" },
      ],
    },
  };
  expect(jsonPath(object, path)).toEqual(found);
});
