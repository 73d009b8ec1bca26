import { expect, it } from "vitest";
import { EventHeap } from "./event-heap.ts";
import { Gate } from "./gate.ts";
import { Scheduler } from "./scheduler.ts";
import { SeededRandom } from "./seeded-random.ts";
import { MachineClock, SiteClock } from "./site-clock.ts";

const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("the heap gives events in the order of their times, then of their making", () => {
  const random = new SeededRandom("heap");
  const heap = new EventHeap();
  const expected: (readonly [number, number])[] = [];
  for (let order = 0; order < 500; order++) {
    const atMs = Math.floor(random.between(0, 50));
    expected.push([atMs, order]);
    heap.push({ atMs, order, happen: undefined });
  }
  expected.sort(([a, x], [b, y]) => a - b || x - y);
  const given = Array.from({ length: 500 }, () => heap.pop());
  expect(given.map((event) => [event?.atMs, event?.order])).toEqual(expected);
  expect(heap.pop()).toBeUndefined();
});

it("drains only after what a program can notice", async () => {
  const scheduler = new Scheduler(drain);
  const clock = new SiteClock(scheduler, new MachineClock(scheduler, 0, 1), new Gate());
  scheduler.after(1, () => undefined);
  scheduler.after(2, () => undefined);
  void clock.sleep(3);
  await scheduler.runUntil(10);
  expect([scheduler.events, scheduler.drains]).toEqual([3, 1]);
});

it("clocks drift, and no sleep ends early even when a clock is slowed meanwhile", async () => {
  const scheduler = new Scheduler(drain);
  const machine = new MachineClock(scheduler, 7000, 1.01);
  const clock = new SiteClock(scheduler, machine, new Gate());
  let wokenMs = 0;
  void clock.sleep(1000).then(() => (wokenMs = clock.now()));
  scheduler.after(500, () => machine.drift(0.99));
  await scheduler.runUntil(2000);
  expect(wokenMs).toBeGreaterThanOrEqual(8000);
  expect(wokenMs).toBeLessThan(8001);
});

it("a frozen process's timers fire at the thaw, in order, while its clock goes on", async () => {
  const scheduler = new Scheduler(drain);
  const gate = new Gate();
  const clock = new SiteClock(scheduler, new MachineClock(scheduler, 0, 1), gate);
  const heard: string[] = [];
  for (const ms of [30, 20, 80]) void clock.sleep(ms).then(() => heard.push(`${ms} at ${clock.now()}`));
  scheduler.after(10, () => gate.shut());
  scheduler.after(50, () => gate.open(scheduler.nowMs));
  await scheduler.runUntil(100);
  expect(heard).toEqual(["20 at 50", "30 at 50", "80 at 80"]);
});

it("an aborted sleep ends at once, and a killed process hears nothing", async () => {
  const scheduler = new Scheduler(drain);
  const gate = new Gate();
  const clock = new SiteClock(scheduler, new MachineClock(scheduler, 0, 1), gate);
  const stop = new AbortController();
  const heard: string[] = [];
  void clock.sleep(50, stop.signal).then(() => heard.push("aborted"));
  void clock.sleep(50).then(() => heard.push("never"));
  stop.abort();
  await drain();
  scheduler.after(10, () => gate.kill());
  await scheduler.runUntil(100);
  expect(heard).toEqual(["aborted"]);
});

it("random numbers depend on the seed and the purpose only", () => {
  const draw = (random: SeededRandom) => Array.from({ length: 5 }, () => random.next());
  expect(draw(new SeededRandom("1").split("a"))).toEqual(draw(new SeededRandom("1").split("a")));
  expect(draw(new SeededRandom("1").split("a"))).not.toEqual(draw(new SeededRandom("1").split("b")));
  const many = Array.from(
    { length: 10_000 },
    (
      (random) => () =>
        random.next()
    )(new SeededRandom("2")),
  );
  expect(many.reduce((sum, each) => sum + each, 0) / many.length).toBeCloseTo(0.5, 1);
  expect(many.every((each) => each >= 0 && each < 1)).toBe(true);
});
