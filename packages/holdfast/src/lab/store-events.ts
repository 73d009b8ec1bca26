import type { StoreStatus } from "./status.ts";

const LOOK_MS = 100;

/** Tells of every change of a store's primary or durability until the signal aborts. */
export function tellStoreEvents(
  look: () => readonly StoreStatus[],
  tell: (text: string) => void,
  signal: AbortSignal,
): void {
  const events = new StoreEvents();
  events.next(look());
  const timer = setInterval(() => events.next(look()).forEach(tell), LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

interface Known {
  readonly term: number;
  readonly phase: StoreStatus["phase"];
  readonly durability: string;
}

/** What is news of a store. What nobody says for a moment, or a site says that was away, is none. */
export class StoreEvents {
  readonly #known = new Map<string, Known>();

  /** Lines for what has changed since the last look; none for the first. */
  next(stores: readonly StoreStatus[]): readonly string[] {
    return stores.flatMap((store) => {
      const { name, term, phase, durability } = store;
      const before = this.#known.get(name);
      if (term === undefined || (before !== undefined && term < before.term)) return [];
      const isSaid = durability !== "unknown";
      this.#known.set(name, { term, phase, durability: isSaid ? durability : (before?.durability ?? durability) });
      if (!before) return [];
      const moved = term !== before.term || phase !== before.phase;
      const durable = isSaid && durability !== before.durability && before.durability !== "unknown";
      return [...(moved ? [primaryNews(store)] : []), ...(durable ? [durabilityNews(store)] : [])];
    });
  }
}

function primaryNews({ name, primary = "nobody", term, phase, change }: StoreStatus): string {
  if (phase === "electing") return `${name}: electing a new primary in term ${term ?? 0}, ${primary} was primary`;
  const how = change
    ? ` (${change.kind}${change.from === undefined ? "" : ` from ${change.from}`}: ${change.reason})`
    : "";
  return `${name}: ${primary} is primary in term ${term ?? 0}${how}`;
}

function durabilityNews({ name, durability, syncStandbys, reason }: StoreStatus): string {
  if (durability === "replicated") return `${name}: replicated to ${syncStandbys.join(", ")}`;
  return `${name}: ${durability}${reason === "" ? "" : `, ${reason}`}`;
}
