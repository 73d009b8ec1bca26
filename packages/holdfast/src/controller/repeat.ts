import type { Clock } from "../base/index.ts";
import type { Log } from "../ports/index.ts";
import { Bell } from "./bell.ts";
import { Trouble } from "./trouble.ts";

export interface Loop {
  /** What it does, for the log when it does not. */
  readonly name: string;
  /** Looks, does the next needed thing and returns how long it may be left alone. */
  readonly turn: (signal: AbortSignal) => Promise<number>;
  /** Between a failed turn and the next. */
  readonly retryMs: number;
  readonly bell: Bell;
}

/** Runs a loop until the signal aborts. A turn that fails is told and tried again; it holds up no other loop. */
export async function repeat(loop: Loop, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  const trouble = new Trouble(loop.name, log);
  while (!signal.aborted) {
    let restMs = loop.retryMs;
    try {
      restMs = await loop.turn(signal);
      trouble.over();
    } catch (error) {
      // What is cut short because we stop is no trouble.
      if (!isAborted(signal)) trouble.tell(error);
    }
    await loop.bell.wait(clock, restMs, signal);
  }
}

const FOLLOW_AGAIN_MS = 1000;

/** A loop that follows objects. Following reconnects by itself, so one turn should last as long as the controller. */
export function following(
  name: string,
  follow: (signal: AbortSignal, trouble: Trouble) => Promise<void>,
  log: Log,
): Loop {
  const trouble = new Trouble(name, log);
  const turn = async (signal: AbortSignal) => {
    await follow(signal, trouble);
    return FOLLOW_AGAIN_MS;
  };
  return { name, turn, retryMs: FOLLOW_AGAIN_MS, bell: new Bell() };
}

/** A function, because a signal changes behind the compiler's back. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
