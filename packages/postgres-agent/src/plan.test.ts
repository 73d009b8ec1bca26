import { describe, expect, it } from "vitest";
import type { DesiredState } from "./contract.ts";
import { plan, type Observed, type Step } from "./plan.ts";

const desire = (role: DesiredState["role"], more: Partial<DesiredState> = {}): DesiredState => ({
  role,
  term: 1,
  syncStandbys: [],
  standbys: [],
  ...more,
});
const settledPrimary: Observed = {
  hasData: true,
  server: "running",
  inRecovery: false,
  settingsInEffect: true,
  prepared: true,
  receiving: false,
  upstream: { kind: "unknown", reason: "" },
};
const settledFenced: Observed = { ...settledPrimary, inRecovery: true };
const settledStandby: Observed = { ...settledFenced, receiving: true, upstream: { kind: "follow", reason: "" } };
const empty: Observed = { ...settledPrimary, hasData: false, server: "stopped", prepared: false };
const diverged = { kind: "clone", reason: "diverged" } as const;

describe("plan", () => {
  const table: readonly [string, DesiredState | undefined, Observed, Step["kind"]][] = [
    ["nobody has said anything", undefined, settledPrimary, "wait"],

    ["primary of an empty folder in the first term", desire("primary"), empty, "initialize"],
    ["primary of an empty folder in a later term: data was lost", desire("primary", { term: 2 }), empty, "wait"],
    ["the same, told to begin anew", desire("primary", { term: 2, initialize: true }), empty, "initialize"],
    ["primary of an empty folder, told not to begin", desire("primary", { initialize: false }), empty, "wait"],
    ["primary that crashed", desire("primary"), { ...settledPrimary, server: "stopped" }, "start"],
    ["primary that starts", desire("primary"), { ...settledPrimary, server: "starting" }, "wait"],
    [
      "standby to be promoted, still following",
      desire("primary"),
      { ...settledStandby, settingsInEffect: false },
      "configure",
    ],
    ["standby to be promoted", desire("primary"), settledFenced, "promote"],
    ["new primary without its roles", desire("primary"), { ...settledPrimary, prepared: false }, "prepare"],
    ["primary whose standbys change", desire("primary"), { ...settledPrimary, settingsInEffect: false }, "configure"],
    ["primary as desired", desire("primary"), settledPrimary, "settled"],

    ["primary to be fenced", desire("fenced"), settledPrimary, "stop"],
    ["primary to be fenced that does not answer", desire("fenced"), { ...settledPrimary, server: "starting" }, "stop"],
    ["stopped primary to be fenced", desire("fenced"), { ...settledPrimary, server: "stopped" }, "enter-recovery"],
    ["the same, marked for recovery", desire("fenced"), { ...settledFenced, server: "stopped" }, "start"],
    ["standby to be fenced", desire("fenced"), { ...settledStandby, settingsInEffect: false }, "configure"],
    ["standby to be fenced that still receives", desire("fenced"), { ...settledFenced, receiving: true }, "wait"],
    ["fenced as desired", desire("fenced"), settledFenced, "settled"],
    ["fenced without data", desire("fenced"), empty, "wait"],

    ["standby of an empty folder", desire("standby"), empty, "clone"],
    ["primary to follow", desire("standby"), settledPrimary, "stop"],
    ["old primary to follow", desire("standby"), { ...settledPrimary, server: "stopped" }, "enter-recovery"],
    ["standby that crashed", desire("standby"), { ...settledStandby, server: "stopped" }, "start"],
    ["standby that starts", desire("standby"), { ...settledStandby, server: "starting" }, "wait"],
    [
      "standby with an unknown upstream, still following another",
      desire("standby"),
      { ...settledStandby, settingsInEffect: false, upstream: { kind: "unknown", reason: "" } },
      "configure",
    ],
    ["standby with an unknown upstream", desire("standby"), settledFenced, "examine-upstream"],
    [
      "standby whose upstream was refused",
      desire("standby"),
      { ...settledFenced, upstream: { kind: "refuse", reason: "x" } },
      "examine-upstream",
    ],
    [
      "standby with an upstream that fits",
      desire("standby"),
      { ...settledStandby, settingsInEffect: false },
      "configure",
    ],
    ["diverged, running", desire("standby"), { ...settledFenced, upstream: diverged }, "stop"],
    ["diverged, stopped", desire("standby"), { ...settledFenced, server: "stopped", upstream: diverged }, "clone"],
    ["standby with slots of its past", desire("standby"), { ...settledStandby, prepared: false }, "prepare"],
    ["standby as desired", desire("standby"), settledStandby, "settled"],
  ];
  it.each(table)("%s", (_, desired, observed, kind) => {
    expect(plan(desired, observed).kind).toBe(kind);
  });

  it("never leaves a writable server alone that is not to be primary, and promotes only one that is", () => {
    const either = [true, false];
    for (const role of ["primary", "standby", "fenced"] as const)
      for (const server of ["stopped", "starting", "running"] as const)
        for (const kind of ["unknown", "follow", "clone", "refuse"] as const)
          for (const bits of Array.from({ length: 32 }, (_, n) => n)) {
            const [hasData, inRecovery, settingsInEffect, prepared, receiving] = [16, 8, 4, 2, 1].map(
              (bit) => either[(bits & bit) === 0 ? 1 : 0],
            ) as [boolean, boolean, boolean, boolean, boolean];
            const upstream = { kind, reason: "" };
            const step = plan(desire(role, { upstream: { host: "h", port: 1 } }), {
              hasData,
              server,
              inRecovery,
              settingsInEffect,
              prepared,
              receiving,
              upstream,
            });
            if (role !== "primary") expect(step.kind).not.toMatch(/^(promote|initialize)$/);
            if (role !== "primary" && !inRecovery && server !== "stopped") expect(step.kind).toBe("stop");
            if (role !== "primary" && !inRecovery && server === "stopped") expect(step.kind).not.toBe("start");
            if (role === "primary") expect(step.kind).not.toBe("clone");
            if (step.kind === "clone" || step.kind === "initialize") expect(server).toBe("stopped");
          }
  });
});
