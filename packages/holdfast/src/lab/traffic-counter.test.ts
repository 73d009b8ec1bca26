import { expect, it } from "vitest";
import { TrafficCounter } from "./traffic-counter.ts";

it("counts requests and failures of the last ten seconds and of all time", () => {
  let now = 0;
  const counter = new TrafficCounter(() => now);
  for (; now < 20_000; now += 500) counter.count("GET", now < 15_000 ? 200 : 502);
  counter.count("POST", 503);
  expect(counter.figures()).toEqual({
    requests: 41,
    failures: 11,
    requestsPerSecond: 1.9,
    recentFailures: 11,
    recentRefusedWrites: 1,
  });
  now += 60_000;
  expect(counter.figures()).toMatchObject({ requests: 41, requestsPerSecond: 0, recentFailures: 0 });
});
