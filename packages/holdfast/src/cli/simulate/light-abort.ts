/**
 * Node's AbortController costs ten microseconds and more (an event target, weak references, an exception with a stack), and a run makes hundreds:
 * most of its time would go there. This one does what the programs under test use of it, in the same order, and nothing else.
 */
class LightSignal {
  aborted = false;
  reason: unknown;
  #listeners: Set<Listener> | undefined;

  addEventListener(_type: "abort", listener: Listener): void {
    if (!this.aborted) (this.#listeners ??= new Set()).add(listener);
  }

  removeEventListener(_type: "abort", listener: Listener): void {
    this.#listeners?.delete(listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners) for (const listener of listeners) listener();
  }
}

type Listener = () => void;

const aborted = new DOMException("This operation was aborted", "AbortError");

class LightAbortController {
  readonly signal = new LightSignal();
  abort(reason: unknown = aborted): void {
    this.signal.abort(reason);
  }
}

/** Until the answered function is called, every AbortController that is made in this process is a light one. */
export function useLightAbortControllers(): () => void {
  const { AbortController } = globalThis;
  globalThis.AbortController = LightAbortController as unknown as typeof AbortController;
  return () => (globalThis.AbortController = AbortController);
}
