import { expect, it } from "vitest";
import { drawLab } from "./live-view.ts";
import type { LabStatus, SiteStatus, StoreStatus } from "./status.ts";

const quiet = { requests: 412, failures: 0, requestsPerSecond: 6, recentFailures: 0, recentRefusedWrites: 0 };

function site(name: string, change: Partial<SiteStatus> = {}): SiteStatus {
  const pod = (pod: string): SiteStatus["pods"][number] => ({
    namespace: "ratings",
    name: pod,
    ready: true,
    status: "Running",
    restarts: 0,
  });
  return {
    name,
    role: "site",
    state: "running",
    since: "2026-11-23T10:00:00.000Z",
    kubeconfig: `/lab/${name}/data/admin.kubeconfig`,
    folder: `/lab/${name}`,
    pods: [pod("ratings-api-5d9c-x2x4z"), pod("ratings-db-0"), pod("ratings-web-77b-qq1")],
    verdicts: {},
    ...change,
  };
}

const ready: LabStatus = {
  fleet: "ratings",
  file: "holdfast.yaml",
  supervisor: 1,
  phase: "ready",
  startedAt: "2026-11-23T10:00:00.000Z",
  readyAfterMs: 5400,
  url: "http://127.0.0.1:8080",
  host: "www.ratings.example",
  answeredBy: ["seattle"],
  sites: [site("seattle"), site("portland"), site("boise", { role: "witness", pods: [] })],
  links: [
    { between: ["seattle", "portland"], state: "up" },
    { between: ["seattle", "boise"], state: "up" },
  ],
  stores: [
    {
      name: "ratings-db",
      primary: "seattle",
      term: 1,
      phase: "serving",
      syncStandbys: ["portland"],
      change: { kind: "begun", reason: "the first site of the fleet file", at: "2026-11-23T10:00:02.000Z" },
      durability: "replicated",
      reason: "",
      sites: [
        { site: "seattle", role: "primary" },
        { site: "portland", role: "standby", streaming: true, lagBytes: 0 },
      ],
    },
  ],
  traffic: quiet,
  user: quiet,
  events: [{ at: "2026-11-23T10:00:05.400Z", text: "ready after 5.4 s: http://127.0.0.1:8080" }],
};

function draw(status: LabStatus, width = 96, height = 40): string {
  return `${drawLab(status, { width, height, color: false, now: new Date("2026-11-23T10:01:23Z") }).join("\n")}\n`;
}

it("shows a healthy fleet on one screen", async () => {
  await expect(draw(ready)).toMatchFileSnapshot("testdata/live-view-ready.txt");
});

it("shows what a lost primary's site costs", async () => {
  const lost: LabStatus = {
    ...ready,
    answeredBy: ["portland"],
    sites: [
      site("seattle", { state: "down", pods: [] }),
      site("portland"),
      site("boise", { role: "witness", pods: [] }),
    ],
    links: [{ between: ["seattle", "portland"], state: "cut" }],
    stores: [
      {
        name: "ratings-db",
        primary: "seattle",
        term: 1,
        phase: "serving",
        syncStandbys: [],
        durability: "unknown",
        reason: "",
        sites: [{ site: "portland", role: "standby", streaming: false }],
      },
    ],
    user: { ...quiet, failures: 12, recentFailures: 12, recentRefusedWrites: 9 },
  };
  await expect(draw(lost)).toMatchFileSnapshot("testdata/live-view-lost.txt");
});

it("shows a failover as it happens, a line a store", () => {
  const [healthy] = ready.stores;
  const silent = { durability: "unknown", reason: "its primary's site does not report" };
  const portland = { site: "portland", role: "standby", streaming: false };
  const reason = "seattle has not renewed its lease for 1000 ms";
  const change = { kind: "failover", from: "seattle", reason, at: "2026-11-23T10:01:20.000Z" };
  const alone = "no standby is in sync: commits are on this site only";
  const course: readonly StoreStatus[] = [
    healthy!,
    { ...healthy!, switchover: { to: "portland", reason: "maintenance" } },
    { ...healthy!, ...silent, sites: [portland] },
    { ...healthy!, ...silent, sites: [{ ...portland, role: "fenced" }], phase: "electing", term: 2 },
    {
      ...healthy!,
      primary: "portland",
      term: 2,
      change,
      syncStandbys: [],
      durability: "local-only",
      reason: alone,
      sites: [{ site: "portland", role: "primary" }],
    },
    { ...healthy!, ...silent, sites: [], syncStandbys: [] },
    { name: "ratings-db", ...silent, sites: [], syncStandbys: [] },
  ];
  const drawn = course.map((store) => {
    const lines = draw({ ...ready, stores: [store] }, 110).split("\n");
    return lines.slice(5, lines.indexOf("", 5)).join("\n");
  });
  expect(drawn).toEqual([
    " ratings-db       primary seattle · term 1 · replicated to portland",
    " ratings-db       primary seattle · going to portland · term 1 · replicated to portland",
    " ratings-db       no primary: reads only until portland takes over · term 1",
    " ratings-db       electing a new primary, writes are refused · term 2",
    [
      ` ratings-db       primary portland · term 2 · local-only: ${alone}`,
      `                  failover from seattle 3 s ago: ${reason}`,
    ].join("\n"),
    " ratings-db       no primary: reads only until seattle is back · term 1",
    " ratings-db       nobody says who is primary",
  ]);
});

it("never draws wider or higher than the screen", () => {
  for (const [width, height] of [
    [40, 12],
    [80, 24],
    [200, 60],
  ] as const) {
    const lines = drawLab(
      { ...ready, events: Array<LabStatus["events"][number]>(50).fill({ at: ready.startedAt, text: "x".repeat(300) }) },
      { width, height, color: true, now: new Date() },
    );

    for (const line of lines) expect(line.replace(/\u001b\[[0-9;]*m/g, "").length).toBeLessThanOrEqual(width);
    expect(lines.length).toBeLessThanOrEqual(Math.max(height, 14));
    // Every site and the way out are on the screen, however small it is.
    for (const name of ["seattle", "portland", "boise"]) expect(lines.some((line) => line.includes(name))).toBe(true);
    expect(lines.at(-1)).toContain("Ctrl-C");
  }
});
