import { describe, expect, it } from "vitest";
import type { Snapshot } from "./observe.ts";
import { reportState, type Known } from "./report.ts";

const primary: Snapshot = {
  inRecovery: false,
  settingsRevision: "r",
  systemIdentifier: "7",
  timeline: 1,
  position: 0x3000060n,
  streaming: false,
  receiving: false,
  syncStandbyNames: `FIRST 1 ("portland")`,
  replicas: [],
};
const recovering: Snapshot = { ...primary, inRecovery: true };
const known = (more: Partial<Known>): Known => ({
  term: 4,
  settledRevision: 1,
  revision: 2,
  clock: { id: "c", nowMs: 1000 },
  freeBytes: undefined,
  desiredRole: "primary",
  reason: "",
  cloning: undefined,
  lives: true,
  promoting: false,
  snapshot: undefined,
  last: undefined,
  settingsInEffect: () => true,
  ...more,
});

describe("reportState", () => {
  it.each<[string, Partial<Known>, string]>([
    ["a primary", { snapshot: primary }, "primary"],
    ["a primary that is to be fenced, until it is", { snapshot: primary, desiredRole: "fenced" }, "primary"],
    ["a primary that does not answer: it may still be one", { last: primary, desiredRole: "fenced" }, "primary"],
    ["a server that is being promoted", { snapshot: recovering, desiredRole: "fenced", promoting: true }, "starting"],
    ["a server that has not answered yet", {}, "starting"],
    ["no server", { lives: false }, "stopped"],
    ["a clone in the making", { lives: false, cloning: { receivedBytes: 5 } }, "cloning"],
    ["a standby", { snapshot: { ...recovering, receiving: true, streaming: true }, desiredRole: "standby" }, "standby"],
    ["a standby that found no upstream", { snapshot: recovering, desiredRole: "standby" }, "standby"],
    ["a fenced one", { snapshot: recovering, desiredRole: "fenced" }, "fenced"],
    [
      "one to be fenced that still receives",
      { snapshot: { ...recovering, receiving: true }, desiredRole: "fenced" },
      "standby",
    ],
    [
      "one to be fenced that could still receive",
      { snapshot: recovering, desiredRole: "fenced", settingsInEffect: () => false },
      "standby",
    ],
  ])("calls %s", (_, more, role) => {
    expect(reportState(known(more)).role).toBe(role);
  });

  it("says the agent's own clock and room, whatever the server does", () => {
    const always = { term: 4, revision: 2, settledRevision: 1, clock: { id: "c", nowMs: 1000 }, freeBytes: 7 };
    for (const more of [{ snapshot: primary }, { lives: false }, { cloning: { receivedBytes: 5 } }])
      expect(reportState(known({ ...more, freeBytes: 7 }))).toMatchObject(always);
  });

  it("says positions and standbys as text, and nothing that it does not know", () => {
    expect(reportState(known({ snapshot: primary }))).toMatchObject({
      term: 4,
      position: "0/3000060",
      syncStandbys: ["portland"],
    });
    const unknown: Partial<Snapshot> = { ...recovering };
    delete (unknown as { position?: bigint }).position;
    expect(reportState(known({ snapshot: unknown as Snapshot }))).not.toHaveProperty("position");
    expect(reportState(known({ last: primary }))).toEqual({
      role: "primary",
      term: 4,
      revision: 2,
      settledRevision: 1,
      clock: { id: "c", nowMs: 1000 },
      reason: "the server does not answer",
      syncStandbys: [],
      replicas: [],
    });
  });
});
