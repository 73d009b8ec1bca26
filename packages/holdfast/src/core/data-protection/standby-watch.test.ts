import { describe, expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import type { SiteName } from "../spec/index.ts";
import { isNear, isSilent, lookAtStandbys } from "./index.ts";
import type { ReplicaSample, StandbyWatch } from "./index.ts";

const portland = "portland" as SiteName;
const tacoma = "tacoma" as SiteName;
const GRACE_MS = 600;
const streaming = (position: string, lagBytes = 0, name = "portland"): ReplicaSample => ({
  name,
  state: "streaming",
  flushPosition: position,
  lagBytes,
});

/** A primary that is looked at each 200 ms: is portland silent after each look? */
function watchPrimary(looks: readonly (readonly ReplicaSample[])[]): readonly string[] {
  let watch = lookAtStandbys({}, [portland], [], instant(0));
  return looks.map((replicas, i) => {
    const now = instant((i + 1) * 200);
    watch = lookAtStandbys(watch, [portland], replicas, now);
    return isSilent(watch, portland, GRACE_MS, now) ? "silent" : "alive";
  });
}

describe("a standby", () => {
  it("is silent when nothing was heard of it for the grace, not before (R102)", () => {
    expect(watchPrimary([[streaming("0/1")], [], [], [], []])).toEqual(["alive", "alive", "alive", "silent", "silent"]);
  });

  it("is alive when its connection was away for less than the grace", () => {
    const looks = [[streaming("0/1")], [], [], [streaming("0/1")], [], []];
    expect(watchPrimary(looks)).toEqual(looks.map(() => "alive"));
  });

  it("that is frozen keeps its connection and flushes nothing: it is silent until it does", () => {
    const frozen = streaming("0/1", 512);
    const looks = [[streaming("0/1")], [frozen], [frozen], [frozen], [frozen], [streaming("0/9", 512)]];
    expect(watchPrimary(looks)).toEqual(["alive", "alive", "alive", "silent", "silent", "alive"]);
  });

  it("that flushes more each time is alive, however far behind it is", () => {
    const looks = Array.from({ length: 10 }, (_, i) => [streaming(`0/${i}`, 1e9)]);
    expect(watchPrimary(looks)).toEqual(looks.map(() => "alive"));
  });

  it("that has everything is alive, though nothing is written", () => {
    const looks = Array.from({ length: 10 }, () => [streaming("0/1")]);
    expect(watchPrimary(looks)).toEqual(looks.map(() => "alive"));
  });

  it("that has everything and no longer replies is silent: its connection is all that is left of it", () => {
    // It replies once a second, and is looked at five times as often.
    const replying = (look: number) => [{ ...streaming("0/1"), replyTime: String(Math.floor(look / 5)) }];
    const looks = [
      ...Array.from({ length: 20 }, (_, i) => replying(i)),
      ...Array.from({ length: 15 }, () => replying(19)),
    ];
    const seen = watchPrimary(looks);
    expect(seen.slice(0, 20)).toEqual(looks.slice(0, 20).map(() => "alive"));
    // Its last reply was seen at look 15; two seconds later it is in doubt, and the grace later silent.
    expect(seen.indexOf("silent")).toBe(15 + 10 - 1 + 3);
    expect(watchPrimary([...looks, [{ ...streaming("0/1"), replyTime: "later" }]]).at(-1)).toBe("alive");
  });

  it("that catches up or is copied does not count as alive", () => {
    const looks = ["catchup", "backup", "startup"].map((state) => [{ ...streaming("0/1"), state }]);
    expect(watchPrimary(looks)).toEqual(["alive", "alive", "silent"]);
  });

  it("is given the whole grace when it was not watched before, as after a restart of ours", () => {
    const watch = lookAtStandbys({}, [portland], [], instant(5000));
    expect(isSilent(watch, portland, GRACE_MS, instant(5599))).toBe(false);
    expect(isSilent(watch, portland, GRACE_MS, instant(5600))).toBe(true);
  });

  it("is watched apart from the others, and not at all where nobody asked for it", () => {
    const looks = [0, 200, 400, 600].reduce<StandbyWatch>((watch, ms) => {
      return lookAtStandbys(watch, [portland, tacoma], [streaming(`0/${ms}`, 9, "tacoma")], instant(ms));
    }, {});
    expect(isSilent(looks, portland, GRACE_MS, instant(600))).toBe(true);
    expect(isSilent(looks, tacoma, GRACE_MS, instant(600))).toBe(false);
    expect(isSilent(looks, "boise" as SiteName, GRACE_MS, instant(600))).toBe(false);
  });
});

it("is near when it streams and lacks at most one segment", () => {
  const segment = 16 * 1024 * 1024;
  expect(isNear(streaming("0/1", segment))).toBe(true);
  expect(isNear(streaming("0/1", segment + 1))).toBe(false);
  expect(isNear({ ...streaming("0/1"), state: "catchup" })).toBe(false);
  expect(isNear({ name: "portland", state: "streaming" })).toBe(false);
  expect(isNear(undefined)).toBe(false);
});
