import type { Log, LogFields } from "../../ports/index.ts";

/** One JSON object a line: what log collectors take without a parser of their own. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  const line = (level: string, message: string, fields: LogFields = {}): void =>
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
  return {
    info: (message, fields) => line("info", message, fields),
    warn: (message, fields) => line("warn", message, fields),
  };
}
