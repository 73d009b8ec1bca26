import type { Clock } from "../base/index.ts";
import type { Prober, ProbeTarget, TimedSample } from "../ports/index.ts";

/** How a place answers probes: `hanging` takes a connection and says nothing. */
type ProbeBehaviour = "healthy" | "unhealthy" | "refusing" | "hanging";

/** Probes places whose behaviour is set by host; a place that nobody set refuses. */
export class SimulatedProber implements Prober {
  readonly behaviours = new Map<string, ProbeBehaviour>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async probe({ host, timeoutMs }: ProbeTarget, signal: AbortSignal): Promise<TimedSample> {
    switch (this.behaviours.get(host) ?? "refusing") {
      case "healthy":
        return { ok: true, reason: "answered 200", latencyMs: 1 };
      case "unhealthy":
        return { ok: false, reason: "answered 503", latencyMs: 1 };
      case "refusing":
        return { ok: false, reason: "ECONNREFUSED", latencyMs: 1 };
      case "hanging":
        await this.#clock.sleep(timeoutMs, signal);
        return { ok: false, reason: `no answer within ${timeoutMs} ms`, latencyMs: timeoutMs };
    }
  }
}
