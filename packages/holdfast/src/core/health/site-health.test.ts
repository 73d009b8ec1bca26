import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { instant } from "../../base/index.ts";
import { probePaceMs, restore, step, unjudged } from "./index.ts";
import type { SiteHealth, Verdict } from "./index.ts";

/** Plays a transcript: after each command and its `----` stands what it led to. */
function play(transcript: string): string {
  let health = unjudged(instant(0));
  let thresholds = { fall: 1, rise: 1 };
  let now = 0;
  const show = (before: SiteHealth) =>
    `${before.verdict === health.verdict ? "" : `${before.verdict} -> `}${health.verdict}` +
    ` since ${health.since}, contradicted ${health.contradictions} times, reason: ${health.reason}`;
  const run = (command: string): string => {
    const [verb, ...words] = command.split(" ");
    const number = (key: string, fallback: number) =>
      Number(words.find((word) => word.startsWith(`${key}=`))?.split("=")[1] ?? fallback);
    const before = health;
    if (verb === "start") {
      thresholds = { fall: number("fall", 1), rise: number("rise", 1) };
      health = unjudged(instant(now));
      return show(health);
    }
    if (verb === "restart" && health.verdict !== "unknown") {
      health = restore({ verdict: health.verdict, reason: health.reason }, thresholds, health.since);
    }
    for (let i = 0; verb === "probe" && i < number("times", 1); i++) {
      const good = words[0] === "ok";
      now += 250;
      health = step(health, { ok: good, reason: good ? "200" : "refused" }, thresholds, instant(now));
    }
    return show(before);
  };
  return transcript
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const [asked = ""] = block.split("----");
      const command = asked.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
      return `${asked}----\n${run(command)}\n`;
    })
    .join("\n");
}

it("turns a verdict only after an unbroken run of contradicting samples", async () => {
  const file = new URL("testdata/verdicts.txt", import.meta.url).pathname;
  await expect(play(readFileSync(file, "utf8"))).toMatchFileSnapshot(file);
});

it("agrees with a slow count over the whole history", () => {
  const thresholds = fc.record({ fall: fc.integer({ min: 1, max: 4 }), rise: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(thresholds, fc.array(fc.boolean(), { maxLength: 30 }), ({ fall, rise }, samples) => {
      let health = unjudged(instant(0));
      let expected: Verdict = "unknown";
      let run = 0;
      samples.forEach((good, i) => {
        health = step(health, { ok: good, reason: "" }, { fall, rise }, instant(i));
        run = i > 0 && samples[i - 1] === good ? run + 1 : 1;
        if (good && (expected === "unknown" || run >= rise)) expected = "up";
        if (!good && run >= fall) expected = "down";
        expect(health.verdict).toBe(expected);
      });
    }),
  );
});

it("asks again soon while a site that was up is in doubt, and calmly otherwise", () => {
  const thresholds = { fall: 3, rise: 2 };
  const sample = (ok: boolean) => ({ ok, reason: "" });
  const up = step(unjudged(instant(0)), sample(true), thresholds, instant(0));
  const doubted = step(up, sample(false), thresholds, instant(1));
  const down = step(step(doubted, sample(false), thresholds, instant(2)), sample(false), thresholds, instant(3));
  const returning = step(down, sample(true), thresholds, instant(4));
  const paces = [up, doubted, down, returning].map((health) => probePaceMs(health, 500));
  expect(paces).toEqual([500, 125, 500, 500]);
});
