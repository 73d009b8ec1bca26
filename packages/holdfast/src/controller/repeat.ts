import type { Clock } from "../base/index.ts";
import type { ClusterError, Log } from "../ports/index.ts";
import { Bell } from "./bell.ts";

export interface Loop {
  /** For the log: what goes wrong when it goes wrong. */
  readonly name: string;
  /** Looks, does the next needed thing and returns how long it may be left alone. */
  readonly turn: (signal: AbortSignal) => Promise<number>;
  /** Between a failed turn and the next. */
  readonly retryMs: number;
  readonly bell: Bell;
}

/**
 * Runs a loop until the signal aborts. A turn that fails is told and tried again; it holds up no other loop. The same
 * trouble is told once until it changes or is over, so that a dead neighbour does not fill the disk with lines.
 */
export async function repeat(loop: Loop, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  let trouble = "";
  while (!signal.aborted) {
    let restMs = loop.retryMs;
    try {
      restMs = await loop.turn(signal);
      if (trouble !== "") log.info(`${loop.name}: going on`);
      trouble = "";
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== trouble && !isStopping(signal)) log.warn(`${loop.name}: ${reason}`);
      trouble = reason;
    }
    await loop.bell.wait(clock, restMs, signal);
  }
}

/** A loop that follows objects: it reconnects by itself, so a turn lasts as long as the controller. */
export function following(
  name: string,
  follow: (signal: AbortSignal, onTrouble: (error: ClusterError) => void) => Promise<void>,
  log: Log,
): Loop {
  const retryMs = 1000;
  const turn = async (signal: AbortSignal) => {
    await follow(signal, ({ message }) => log.warn(`${name}: ${message}`));
    return retryMs;
  };
  return { name, turn, retryMs, bell: new Bell() };
}

/** A function, because a signal changes behind the compiler's back. */
function isStopping(signal: AbortSignal): boolean {
  return signal.aborted;
}
