import type { Drain } from "../../simulator/index.ts";

/**
 * Node runs its tick queue only when no promise is left to run, so this is a drain without a turn of the event loop, which costs ten times
 * as much. Whoever uses it gives the event loop a turn now and then.
 */
export const drain: Drain = () => new Promise((resolve) => process.nextTick(resolve));
