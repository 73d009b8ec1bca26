/** What happened in a run, for people: a line an event. Kept only by runs that are replayed because they failed. */
export class Transcript {
  readonly #lines: string[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(who: string, text: string): void {
    this.#lines.push(`${this.#nowMs().toFixed(1).padStart(9)}  ${who.padEnd(10)} ${text}`);
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
