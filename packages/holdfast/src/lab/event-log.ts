import type { LabEventRecord } from "./status.ts";

const KEPT = 50;

/** What happened, for the view and for `lab status`; the newest fifty. */
export class EventLog {
  readonly #listener: (text: string) => void;
  readonly #records: LabEventRecord[] = [];

  constructor(listener: (text: string) => void) {
    this.#listener = listener;
  }

  get recent(): readonly LabEventRecord[] {
    return [...this.#records];
  }

  add(text: string): void {
    this.#records.push({ at: new Date().toISOString(), text });
    if (this.#records.length > KEPT) this.#records.shift();
    this.#listener(text);
  }
}
