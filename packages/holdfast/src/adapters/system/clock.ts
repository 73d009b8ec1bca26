import { instant } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";

export const realClock: Clock = {
  now: () => instant(performance.now()),
  wallTime: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end, { once: true });
    }),
};

export const realRandom: Random = { next: () => Math.random() };
