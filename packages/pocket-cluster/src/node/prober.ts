import type { Probe } from "../objects/index.ts";
import type { ActionOutcome } from "./probe-action.ts";

export interface ProbeWatch {
  readonly perform: (timeoutMs: number) => Promise<ActionOutcome>;
  /** Each failure that counts. */
  readonly onFailure: (output: string) => void;
  /** When enough results in a row say the same; `true` is healthy. Called for each change and for the first verdict. */
  readonly onVerdict: (healthy: boolean) => void;
  /**
   * Look more often at first (100 ms, doubling up to the period) until the first success, without counting these failures: what
   * starts quickly is in service quickly, and nothing is judged sooner than the manifest says.
   */
  readonly eagerAtStart: boolean;
}

const EAGER_FIRST_MS = 100;

/** Probes until the returned function is called. */
export function startProbing(probe: Probe, watch: ProbeWatch): () => void {
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  const needed = { healthy: probe.successThreshold ?? 1, unhealthy: probe.failureThreshold ?? 3 };
  let stopped = false;
  let eagerMs = watch.eagerAtStart ? EAGER_FIRST_MS : Infinity;
  let verdict: boolean | undefined;
  let streak = 0;
  let last: boolean | undefined;
  let timer: NodeJS.Timeout;

  const look = async (): Promise<void> => {
    const { ok, output } = await watch.perform(timeoutMs);
    if (stopped) return;
    const eager = eagerMs < periodMs && !ok;
    if (ok) eagerMs = Infinity;
    if (!eager) count(ok, output);
    // A verdict may have ended the container, and this watch with it.
    if (isStopped()) return;
    timer = setTimeout(() => void look(), eager ? eagerMs : periodMs);
    if (eager) eagerMs *= 2;
  };
  const count = (ok: boolean, output: string): void => {
    streak = ok === last ? streak + 1 : 1;
    last = ok;
    if (!ok) watch.onFailure(output);
    if (verdict !== ok && streak >= (ok ? needed.healthy : needed.unhealthy)) {
      verdict = ok;
      watch.onVerdict(ok);
    }
  };
  const isStopped = (): boolean => stopped;

  timer = setTimeout(() => void look(), (probe.initialDelaySeconds ?? 0) * 1000);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
