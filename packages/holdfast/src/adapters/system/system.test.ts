import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { addressLookup, jsonLog, realClock } from "./index.ts";

it("sleeps until the time is over or the signal aborts, whichever is first, and leaves no listener", async () => {
  const stop = new AbortController();
  const before = realClock.now();
  await realClock.sleep(5, stop.signal);
  expect(realClock.now() - before).toBeGreaterThanOrEqual(4);
  const long = realClock.sleep(60_000, stop.signal);
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
  stop.abort();
  await long;
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  await realClock.sleep(60_000, stop.signal);
});

it("finds addresses, and takes an address for itself", async () => {
  const { signal } = new AbortController();
  expect(await addressLookup.lookup("localhost", signal)).toBe("127.0.0.1");
  expect(await addressLookup.lookup("192.0.2.1", signal)).toBe("192.0.2.1");
});

it("writes a line a message", () => {
  const lines: string[] = [];
  jsonLog(
    (line) => lines.push(line),
    () => new Date(0),
  ).warn("link down", { site: "portland", port: undefined });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"link down","site":"portland"}\n',
  ]);
});
