import type { KubeObject } from "../store/contract.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const LIFETIME_MS = 3_600_000;
const SWEEP_MS = 300_000;
/** However many things happen in an hour, the store keeps its size. */
const EVENTS_MAX = 5000;

interface Event extends KubeObject {
  readonly lastTimestamp?: string;
  readonly eventTime?: string | null;
}

/** Events are kept for an hour, as by an API server. */
export function eventExpiry(context: ControllerContext): Controller {
  const events = context.objects<Event>("v1", "Event");
  const timeOf = (event: Event): number =>
    Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
  let cancel: () => void;
  const sweep = (): void => {
    const oldest = context.timers.now() - LIFETIME_MS;
    const byAge = [...events.list()].sort((a, b) => timeOf(b) - timeOf(a));
    for (const [index, event] of byAge.entries())
      if (index >= EVENTS_MAX || timeOf(event) < oldest) events.delete(event);
    cancel = context.timers.after(SWEEP_MS, sweep);
  };
  cancel = context.timers.after(SWEEP_MS, sweep);
  return { stop: () => cancel() };
}
