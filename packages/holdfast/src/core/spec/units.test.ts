import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cpuMillicores,
  formatDuration,
  parseBandwidthMbps,
  parseClockMinute,
  parseDurationMs,
  quantityBytes,
} from "./units.ts";

describe("units", () => {
  it.each([
    ["250ms", 250],
    ["1.5s", 1_500],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["0s", 0],
    ["5", undefined],
    ["-1s", undefined],
    ["1 s", undefined],
    ["s", undefined],
  ])("%s is a duration of %s ms", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it("formats a duration as text that means the same", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000_000), (ms) => {
        expect(parseDurationMs(formatDuration(ms))).toBeCloseTo(ms, 6);
      }),
    );
  });

  it.each([
    ["200Mbps", 200],
    ["1Gbps", 1_000],
    ["64kbps", 0.064],
    ["200MB", undefined],
  ])("%s is a bandwidth of %s Mbps", (text, mbps) => {
    expect(parseBandwidthMbps(text)).toBe(mbps);
  });

  it("reads Kubernetes quantities", () => {
    expect([cpuMillicores("250m"), cpuMillicores("1.5")]).toEqual([250, 1_500]);
    expect([quantityBytes("64Mi"), quantityBytes("1G"), quantityBytes("512")]).toEqual([67_108_864, 1e9, 512]);
  });

  it("reads a time of day", () => {
    expect([parseClockMinute("02:30"), parseClockMinute("24:00"), parseClockMinute("2:30")]).toEqual([
      150,
      undefined,
      undefined,
    ]);
  });
});
