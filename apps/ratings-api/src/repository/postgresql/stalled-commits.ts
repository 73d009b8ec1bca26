import { performance } from "node:perf_hooks";
import type { Connections } from "./connections.ts";
import { CommitInDoubt, explain, type Failure } from "./failures.ts";
import { selectWaitingCommits } from "./queries.ts";

/**
 * Commits that wait for a standby outlive their closed connection: the server process does not look at its socket while it waits. If every
 * new write opened a connection and was given up in turn, a missing standby would use up all of the server's connections within seconds, and
 * reads with them. So after a write was given up, the next ones first ask whether that one still waits, and are refused while it does.
 */
export class StalledCommits {
  readonly #connections: Connections;
  readonly #waiting = new Set<number>();
  #answer: { readonly at: number; readonly refusal: Promise<Failure | undefined> } | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  gaveUp(processId: number): void {
    this.#waiting.add(processId);
    this.#answer = undefined;
  }

  /** Why no write should be tried now: nothing of it was sent, so it is certainly not stored. Asks the server at most each 50 ms. */
  async refusal(): Promise<Failure | undefined> {
    if (this.#waiting.size === 0) return undefined;
    const now = performance.now();
    if (this.#answer === undefined || now - this.#answer.at > 50) this.#answer = { at: now, refusal: this.#ask() };
    return this.#answer.refusal;
  }

  async #ask(): Promise<Failure | undefined> {
    try {
      const { rows } = await this.#connections.use(250, (client) =>
        client.query<{ pid: number }>({ ...selectWaitingCommits, values: [[...this.#waiting]] }),
      );
      // A new primary has other processes, so what it does not know needs no waiting either.
      this.#waiting.clear();
      for (const { pid } of rows) this.#waiting.add(pid);
      return rows.length === 0 ? undefined : { ...explain(new CommitInDoubt()), certain: true };
    } catch (error) {
      return { ...explain(error), certain: true };
    }
  }
}
