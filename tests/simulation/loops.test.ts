import { describe, expect, it } from "vitest";
import { Bell } from "../../packages/holdfast/src/controller/bell.ts";
import { repeat } from "../../packages/holdfast/src/controller/repeat.ts";
import { VirtualClock } from "../../packages/holdfast/src/simulator/index.ts";

describe("a bell", () => {
  it("cuts a wait short, also one that begins after it was rung", async () => {
    const clock = new VirtualClock();
    const bell = new Bell();
    const { signal } = new AbortController();
    const waits: string[] = [];
    const wait = async (name: string) => {
      await bell.wait(clock, 1000, signal);
      waits.push(`${name} at ${clock.now()}`);
    };
    void wait("undisturbed");
    await clock.advance(1000);
    void wait("rung");
    await clock.advance(10);
    bell.ring();
    await clock.advance(0);
    bell.ring();
    void wait("rung before");
    await clock.advance(0);
    void wait("undisturbed again");
    await clock.advance(1000);
    expect(waits).toEqual(["undisturbed at 1000", "rung at 1010", "rung before at 1010", "undisturbed again at 2010"]);
  });
});

it("a loop goes on after trouble, and tells the same trouble once", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const log: string[] = [];
  const outcomes = ["down", "down", "worse", "", "", "down"];
  let turns = 0;
  const turn = () => {
    const outcome = outcomes[turns++] ?? "";
    return outcome === "" ? Promise.resolve(100) : Promise.reject(new Error(outcome));
  };
  const loop = { name: "l", turn, retryMs: 10, bell: new Bell() };
  const tell = (line: string) => void log.push(line);
  const running = repeat(loop, clock, { info: tell, warn: tell }, stop.signal);
  await clock.advance(500);
  stop.abort();
  await running;
  expect(log).toEqual(["l: down", "l: worse", "l: going on", "l: down", "l: going on"]);
});
