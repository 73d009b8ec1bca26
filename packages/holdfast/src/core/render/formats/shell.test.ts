import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellQuote } from "./shell.ts";

describe("shellQuote", () => {
  it.each(["plain", "10.0.0.0/16", "two words", "", "it's", "$(reboot)", "`x`", 'a"b', "line\nbreak", "-n", "*", "\\"])(
    "hands %j to a shell as one word",
    (word) => {
      expect(execFileSync("sh", ["-c", `printf %s ${shellQuote(word)}`], { encoding: "utf8" })).toBe(word);
    },
  );
});
