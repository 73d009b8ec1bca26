import { describe, expect, it } from "vitest";
import { isSession, sessionsOf } from "./processes.ts";

describe("isSession", () => {
  it.each([
    ["postgres: ratings ratings 10.0.0.7(4711) idle", true],
    ["postgres: postgres postgres ::1(4711) INSERT waiting for 0/3000060", true],
    ["postgres: ratings ratings 10.0.0.7(4711) authentication", true],
    ["postgres: walsender replicator 10.0.0.9(4711) streaming 0/3000060", false],
    ["postgres: walreceiver streaming 0/3000060", false],
    ["postgres: checkpointer ", false],
    ["postgres: startup recovering 000000010000000000000003", false],
    ["/usr/lib/postgresql/18/bin/postgres\0-D\0/data (1) ", false],
    ["", false],
  ])("%j: %s", (title, expected) => {
    expect(isSession(title)).toBe(expected);
  });
});

it("finds no sessions where there is no server", () => {
  expect(sessionsOf(process.pid)).toEqual([]);
  expect(sessionsOf(2 ** 30)).toEqual([]);
});
