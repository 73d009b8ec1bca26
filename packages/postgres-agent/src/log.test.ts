import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ServerLog } from "./log.ts";

function capture(): { log: ServerLog; lines: () => readonly string[] } {
  const written: string[] = [];
  const log = new ServerLog(pino({ level: "info" }, { write: (line: string) => written.push(line) }));
  return { log, lines: () => written.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

describe("ServerLog", () => {
  it("passes on what matters, once a minute", () => {
    const { log, lines } = capture();
    log.take("LOG:  starting PostgreSQL", 0);
    log.take("FATAL:  could not connect to the primary server", 0);
    log.take("\tIs the server running?", 0);
    log.take("FATAL:  could not connect to the primary server", 59_000);
    log.take("PANIC:  disk full", 59_500);
    log.take("FATAL:  could not connect to the primary server", 60_000);
    expect(lines()).toEqual([
      "could not connect to the primary server",
      "disk full",
      "could not connect to the primary server",
    ]);
  });

  it("keeps a server's last words, without names, and not those of a session that ended", () => {
    const { log } = capture();
    expect(log.takeLastWords()).toBe("");
    log.take('PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device', 0);
    log.take('FATAL:  password authentication failed for user "ann"', 0);
    log.take('FATAL:  could not connect to the primary server: connection to server at "h" failed', 0);
    log.take("FATAL:  the database system is in recovery mode", 0);
    log.take("LOG:  terminating any other active server processes", 0);
    expect(log.takeLastWords()).toBe('could not write to file "…": No space left on device');
    expect(log.takeLastWords()).toBe("");
    log.take('FATAL:  required WAL directory "pg_wal" does not exist', 1);
    expect(log.takeLastWords()).toBe('required WAL directory "…" does not exist');
    log.take(`PANIC:  ${"x".repeat(500)}`, 2);
    expect(log.takeLastWords()).toHaveLength(120);
  });

  it("remembers only so much", () => {
    const { log, lines } = capture();
    for (let n = 0; n < 100; n += 1) log.take(`ERROR:  number ${n}`, 0);
    log.take("ERROR:  number 0", 1);
    expect(lines()).toHaveLength(101);
  });
});
