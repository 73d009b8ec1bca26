import { statfs } from "node:fs/promises";

/** Milliseconds for which a figure counts as fresh. */
const FRESH_MS = 1_000;

/** How much room the volume of a folder has left. */
export class FreeSpace {
  readonly #folder: string;
  #seen: { readonly bytes: number | undefined; readonly at: number } | undefined;
  #looking: Promise<number | undefined> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where the system does not say. Asked at most once a second, and never twice at a time: a disk that hangs would fill Node's threads. */
  async look(): Promise<number | undefined> {
    if (this.#seen !== undefined && performance.now() - this.#seen.at < FRESH_MS) return this.#seen.bytes;
    this.#looking ??= this.#ask().finally(() => (this.#looking = undefined));
    return await this.#looking;
  }

  async #ask(): Promise<number | undefined> {
    // What is left to the server, which is not root: `bfree` has blocks that only root may use.
    const bytes = await statfs(this.#folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    );
    this.#seen = { bytes, at: performance.now() };
    return bytes;
  }
}
