import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Lease } from "./lease.ts";

let lease: Lease;
let ends: number;
const until = (untilMs: number) => ({ clock: lease.clock, untilMs });
/** As a thaw does it: time has passed, and no timer has come to run. */
const freeze = (ms: number): void => void vi.spyOn(performance, "now").mockReturnValue(performance.now() + ms);

beforeEach(() => {
  vi.useFakeTimers();
  ends = 0;
  lease = new Lease(() => (ends += 1));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("Lease", () => {
  it("ends by itself, once, and not before its time", () => {
    lease.set(until(lease.nowMs + 1_000));
    vi.advanceTimersByTime(999);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(1);
    expect(ends).toBe(1);
    vi.advanceTimersByTime(10_000);
    lease.check();
    expect(ends).toBe(1);
  });

  it("goes on as long as it is renewed, and an end that is taken away does not come", () => {
    for (let n = 0; n < 10; n += 1) {
      lease.set(until(lease.nowMs + 600));
      vi.advanceTimersByTime(200);
    }
    expect(ends).toBe(0);
    lease.set(undefined);
    vi.advanceTimersByTime(10_000);
    expect(ends).toBe(0);
  });

  it("may end earlier than was said before", () => {
    lease.set(until(lease.nowMs + 1_000));
    lease.set(until(lease.nowMs + 100));
    vi.advanceTimersByTime(100);
    expect(ends).toBe(1);
  });

  it("ends at the first check after a freeze, before its timer", () => {
    lease.set(until(lease.nowMs + 1_000));
    freeze(1_000);
    expect(ends).toBe(0);
    lease.check();
    expect(ends).toBe(1);
  });

  it("ends at once when its end has passed by the time it is set", () => {
    lease.set(until(lease.nowMs));
    expect(ends).toBe(1);
  });

  it("does not mistake an end that is further away than a timer can wait for one that has come", () => {
    lease.set(until(lease.nowMs + 2 ** 40));
    vi.advanceTimersByTime(2 ** 31);
    expect(ends).toBe(0);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("refuses what is over, and what another clock says", () => {
    expect(lease.refuse(undefined)).toBeUndefined();
    expect(lease.refuse(until(lease.nowMs + 0.5))).toBeUndefined();
    expect(lease.refuse(until(lease.nowMs - 6.5))).toBe("the lease ran out 7 ms before it came here");
    const other = new Lease(() => undefined);
    expect(other.clock).not.toBe(lease.clock);
    expect(other.refuse(until(lease.nowMs + 1_000))).toBe(
      "the lease is on the clock of an agent that has restarted since",
    );
  });
});
