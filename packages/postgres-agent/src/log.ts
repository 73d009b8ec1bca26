import { pino, type Logger } from "pino";

export type Log = Logger;

/** One JSON line an event on stdout, written at once: what a killed agent said last must not be lost in a buffer. */
export function createLog(site: string): Log {
  return pino({ base: { component: "postgres-agent", site } }, pino.destination({ dest: 1, sync: true }));
}

/** Milliseconds in which the same message of the server is not repeated, and how many messages are remembered for that. */
const QUIET_MS = 60_000;
const REMEMBERED = 32;

/**
 * What a server says of itself when it can not go on. Sessions and WAL receivers end with FATAL, too, in words that name users, databases
 * and hosts, and their end is not the server's.
 */
const OF_THE_SERVER =
  /^(could not (?!connect|receive|send|accept|translate|start WAL)|required WAL|requested|recovery |WAL |hot standby |data directory|database files|configuration file|lock file|pre-existing shared)/;
const WORDS_MAX = 120;

/**
 * The server's own messages ("LOG:  database system was shut down at ...") as lines of this log. Continuation lines, which
 * begin with a tab, belong to details that the settings turn off. A standby whose upstream is away says so ten times a
 * second: once a minute is enough.
 */
export class ServerLog {
  readonly #log: Log;
  readonly #said = new Map<string, number>();
  #lastWords = "";

  constructor(log: Log) {
    this.#log = log;
  }

  take(line: string, now: number): void {
    const [, severity, message] = /^([A-Z]+\d?):\s+(.*)$/.exec(line) ?? [];
    if (severity === undefined || message === undefined) return;
    if (severity === "PANIC" || (severity === "FATAL" && OF_THE_SERVER.test(message))) this.#lastWords = message;
    const last = this.#said.get(message);
    if (last !== undefined && now - last < QUIET_MS) return;
    this.#said.set(message, now);
    const [oldest] = this.#said.keys();
    if (this.#said.size > REMEMBERED && oldest !== undefined) this.#said.delete(oldest);

    const fields = { source: "postgresql", severity };
    // Refusals of our own looks at a server that starts: the state says it already.
    if (severity === "LOG" || message.startsWith("the database system is")) this.#log.debug(fields, message);
    else if (severity === "PANIC") this.#log.error(fields, message);
    else this.#log.warn(fields, message);
  }

  /** Why a server that has ended did so, in its own words but without the names in them; empty if it said nothing. */
  takeLastWords(): string {
    const words = this.#lastWords.replace(/"[^"]*"/g, '"…"').slice(0, WORDS_MAX);
    this.#lastWords = "";
    return words;
  }
}
