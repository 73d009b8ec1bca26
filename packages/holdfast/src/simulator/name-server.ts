import type { Zone } from "../core/traffic/index.ts";
import type { AnswerCount, NameServer } from "../ports/index.ts";

/** Remembers what was published, for whoever plays the user. */
export class SimulatedNameServer implements NameServer {
  #zone: Zone | undefined;

  publish(zone: Zone): void {
    this.#zone = zone;
  }

  counts(): readonly AnswerCount[] {
    return [];
  }

  /** The addresses that a name may be answered with now. */
  addressesOf(name: string): readonly string[] {
    const set = this.#zone?.sets.find((each) => each.name === name && each.kind === "A");
    return (set?.alternatives ?? []).flatMap(({ records }) =>
      records.flatMap((each) => (each.kind === "A" ? each.address : [])),
    );
  }
}
