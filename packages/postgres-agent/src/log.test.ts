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

  it("remembers only so much", () => {
    const { log, lines } = capture();
    for (let n = 0; n < 100; n += 1) log.take(`ERROR:  number ${n}`, 0);
    log.take("ERROR:  number 0", 1);
    expect(lines()).toHaveLength(101);
  });
});
