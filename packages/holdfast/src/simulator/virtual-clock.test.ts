import { expect, it } from "vitest";
import { VirtualClock } from "./index.ts";

it("wakes sleepers in the order of their times, and only when time passes", async () => {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms);
    heard.push(`${name} at ${clock.now()}`);
  };
  const all = [sleeper("b", 20), sleeper("a", 10), sleeper("c", 20), sleeper("late", 31)];
  await clock.advance(30);
  expect(heard).toEqual(["a at 10", "b at 20", "c at 20"]);
  await clock.advance(1);
  await Promise.all(all);
  expect(clock.wallTime().toISOString()).toBe("2026-01-01T00:00:00.031Z");
});

it("lets what was woken sleep again within the same advance", async () => {
  const clock = new VirtualClock();
  let beats = 0;
  const stop = new AbortController();
  const beating = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(10, stop.signal);
      beats += 1;
    }
  })();
  await clock.advance(100);
  expect(beats).toBe(10);
  stop.abort();
  await beating;
});
