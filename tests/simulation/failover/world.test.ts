import { describe, expect, it } from "vitest";
import type { PostgresqlStore } from "../../../packages/holdfast/src/core/spec/index.ts";
import { percentile, setupOf, simulateRun, simulateRuns } from "../../../packages/holdfast/src/simulator/index.ts";
import type { Fault, StartSite, TimedFault } from "../../../packages/holdfast/src/simulator/index.ts";
import { drain, fleet, sites, store } from "./fleet.ts";
import { loadProgram, naiveProgram, staticProgram } from "./programs.ts";

/** Does the world itself do what it must? Programs whose faults are known run in it. */

const [first, second] = sites as unknown as [string, string];
const localOnly: PostgresqlStore = { ...store, durability: "local-only" };
const simulate = (startSite: StartSite, runs: number, of: PostgresqlStore = store) =>
  simulateRuns({ fleet, store: of, startSite, drain, seed: "test", runs });
const replay = (startSite: StartSite, faults: readonly TimedFault[], of: PostgresqlStore = store) =>
  simulateRun({ setup: setupOf(fleet, of), startSite, drain, faults }, "scenario", true);
/** The first commits are made before the server waits for a standby, which is not there yet. */
const SETTLED_MS = 1500;
const at = (atMs: number, fault: Fault): TimedFault => ({ atMs, fault });

describe("a program that never fails over", () => {
  it("loses nothing in any disaster, and has long outages", async () => {
    const { failed, longestOutagesMs, runs } = await simulate(staticProgram, 60);
    expect(failed?.transcript).toBeUndefined();
    expect(runs).toBe(60);
    expect(percentile(longestOutagesMs, 0.9)).toBeGreaterThan(2000);
  });

  it("serves without a pause where nothing happens", async () => {
    const { violation, outages, acknowledgements } = await replay(staticProgram, []);
    const later = outages.filter(({ fromMs }) => fromMs > SETTLED_MS);
    expect({ violation, later }).toEqual({ violation: undefined, later: [] });
    expect(acknowledgements).toBeGreaterThan(150);
  });

  it("waits for its standby as long as that is away", async () => {
    const { outages } = await replay(staticProgram, [
      at(3000, { kind: "site-killed", site: second, silent: true, forMs: 2000 }),
    ]);
    const later = outages.filter(({ fromMs }) => fromMs > SETTLED_MS);
    expect(later).toHaveLength(1);
    expect(later[0]!.ms).toBeGreaterThan(2000);
  });
});

describe("a program that promotes after a time-out", () => {
  it("is found out soon", async () => {
    const { failed, runs } = await simulate(naiveProgram, 60, localOnly);
    expect(failed?.violation).toBeDefined();
    expect(runs).toBeLessThan(20);
    expect(failed?.transcript).toContain(`VIOLATION  ${failed!.violation!.kind}`);
  });

  it("makes two primaries where only the link is cut", async () => {
    const cut = at(3000, { kind: "link-cut", a: first, b: second, forMs: 4000 });
    const { violation } = await replay(naiveProgram, [cut], localOnly);
    expect(violation?.kind).toMatch(/two-primaries|stale-read/);
  });

  it("loses what only a killed site had, and deletes the last copy of it", async () => {
    const kill = at(3000, { kind: "site-killed", site: first, silent: false, forMs: 4000 });
    const slow = at(2000, { kind: "link-slow", a: first, b: second, extraMs: 600, forMs: 6000 });
    const { violation } = await replay(naiveProgram, [slow, kill], localOnly);
    expect(violation?.kind).toMatch(/two-primaries|last-copy-deleted|lost-write/);
  });
});

it("a program that ends by its own mistake is a violation", async () => {
  const broken: StartSite = () => ({ run: () => Promise.reject(new Error("assertion failed: impossible")) });
  const { violation } = await replay(broken, []);
  expect(violation).toMatchObject({ kind: "program-failed" });
  expect(violation?.message).toContain("assertion failed: impossible");
});

it("the same seed takes the same course, recorded or not", async () => {
  const options = { setup: setupOf(fleet, store), startSite: loadProgram, drain, intensity: 5 };
  const [a, b, silent] = [
    await simulateRun(options, "s-1", true),
    await simulateRun(options, "s-1", true),
    await simulateRun(options, "s-1"),
  ];
  expect(b).toEqual(a);
  expect(silent).toEqual({ ...a, transcript: undefined });
  expect((await simulateRun(options, "s-2", true)).transcript).not.toBe(a.transcript);
});
