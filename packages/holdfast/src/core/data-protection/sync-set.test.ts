import { describe, expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import type { SiteName } from "../spec/index.ts";
import { graceFor, startWatch, stepProtection } from "./index.ts";
import type { ProtectionSettings, ReplicaSample } from "./index.ts";

const portland = "portland" as SiteName;
const boise = "boise" as SiteName;
const settings: ProtectionSettings = {
  durability: "replicated",
  whenAlone: "continue",
  standbys: [portland],
  graceMs: 600,
};
const streaming = (position: string, lagBytes = 0, name = "portland"): ReplicaSample => ({
  name,
  state: "streaming",
  flushPosition: position,
  lagBytes,
});

/** A primary that is looked at each 200 ms and does as it is told: what it waited for and was in after each look. */
function watchPrimary(
  looks: readonly (readonly ReplicaSample[])[],
  chosen = settings,
  waitedFor: readonly string[] = [],
) {
  let watch = startWatch(chosen.standbys, instant(0));
  let waits = waitedFor;
  return looks.map((replicas, i) => {
    const protection = stepProtection(watch, { waitedFor: waits, replicas }, chosen, instant((i + 1) * 200));
    watch = protection.watch;
    waits = protection.syncStandbys;
    return `${protection.durability} -> ${protection.syncStandbys.join(",")}`;
  });
}

describe("a replicated store", () => {
  it("waits for a standby once it streams and is near, and says so when the database does", () => {
    const far = streaming("0/1", 64 * 1024 * 1024);
    const catchingUp = { ...streaming("0/2", 4096), state: "catchup" };
    expect(watchPrimary([[], [catchingUp], [far], [streaming("0/4", 4096)], [streaming("0/5")]])).toEqual([
      "local-only -> ",
      "local-only -> ",
      "local-only -> ",
      "local-only -> portland",
      "replicated -> portland",
    ]);
  });

  it("holds commits for a lost standby no longer than the grace, then goes on alone and says so (R102)", () => {
    expect(watchPrimary([[streaming("0/1")], [], [], [], []], settings, ["portland"])).toEqual([
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> ",
      "local-only -> ",
    ]);
  });

  it("keeps a standby whose connection was away for less than the grace", () => {
    const looks = [[streaming("0/1")], [], [], [streaming("0/1")], []];
    expect(watchPrimary(looks, settings, ["portland"]).every((line) => line === "replicated -> portland")).toBe(true);
  });

  it("gives up a frozen standby, whose connection stays but which flushes nothing, and takes it back when it does", () => {
    const frozen = streaming("0/1", 512);
    const looks = [[streaming("0/1")], [frozen], [frozen], [frozen], [frozen], [streaming("0/9")], [streaming("0/9")]];
    expect(watchPrimary(looks, settings, ["portland"])).toEqual([
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> ",
      "local-only -> ",
      "local-only -> portland",
      "replicated -> portland",
    ]);
  });

  it("keeps a slow standby that flushes more each time, however far behind it is", () => {
    const looks = Array.from({ length: 10 }, (_, i) => [streaming(`0/${i}`, 1e9)]);
    expect(watchPrimary(looks, settings, ["portland"]).every((line) => line === "replicated -> portland")).toBe(true);
  });

  it("waits for those that live where one of several is lost", () => {
    const two = { ...settings, standbys: [portland, boise] };
    const both = [streaming("0/1"), streaming("0/1", 0, "boise")];
    const one = [streaming("0/2", 0, "boise")];
    expect(watchPrimary([both, both, one, one, one], two).at(-1)).toBe("replicated -> boise");
  });

  it("stops acknowledging instead where the file says so, from the first moment on", () => {
    const strict: ProtectionSettings = { ...settings, whenAlone: "block" };
    expect(watchPrimary([[], [], [streaming("0/1")], [], [], []], strict)).toEqual([
      "local-only -> portland",
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> portland",
      "replicated -> portland",
      "blocked -> portland",
    ]);
  });

  it("gives a standby that was waited for before our restart its whole grace", () => {
    const restarted = stepProtection(
      startWatch([portland], instant(5000)),
      { waitedFor: ["portland"], replicas: [] },
      settings,
      instant(5400),
    );
    expect(restarted.syncStandbys).toEqual(["portland"]);
  });
});

it("never waits where the file asks for local commits only", () => {
  const local: ProtectionSettings = { ...settings, durability: "local-only" };
  expect(watchPrimary([[streaming("0/1")], [streaming("0/1")]], local)).toEqual(["local-only -> ", "local-only -> "]);
});

it("derives a grace below one second from the lease", () => {
  expect(graceFor({ renewMs: 200, ttlMs: 800, fenceMarginMs: 200 })).toBe(600);
  expect(graceFor({ renewMs: 2000, ttlMs: 10_000, fenceMarginMs: 1000 })).toBe(1000);
});
