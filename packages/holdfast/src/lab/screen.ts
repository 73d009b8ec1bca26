/** A part of the terminal that is drawn over and over: the alternate screen, so that the user's scrollback stays as it was. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  #last = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    out.write("\u001b[?1049h\u001b[?25l");
  }

  get size(): { readonly width: number; readonly height: number } {
    return { width: this.#out.columns, height: this.#out.rows };
  }

  draw(lines: readonly string[]): void {
    const frame = lines
      .slice(0, this.size.height)
      .map((line) => `${line}\u001b[K`)
      .join("\r\n");
    if (frame === this.#last) return;
    this.#last = frame;
    this.#out.write(`\u001b[H${frame}\u001b[J`);
  }

  close(): void {
    this.#out.write("\u001b[?25h\u001b[?1049l");
  }
}
