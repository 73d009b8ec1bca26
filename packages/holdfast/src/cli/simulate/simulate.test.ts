import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { StartSite } from "../../simulator/index.ts";
import { capture } from "../testing/run-captured.ts";
import { simulateCommand } from "./index.ts";
import { useLightAbortControllers } from "./light-abort.ts";

const file = fileURLToPath(new URL("../../../../../examples/ratings/holdfast.yaml", import.meta.url));

/** Every site makes itself primary: the very first write elsewhere is a second history. */
const everybodyPrimary: StartSite = (_site, { database, clock }) => ({
  run: async (signal) => {
    await clock.sleep(400, signal);
    await database.desire({ role: "primary", term: 1, initialize: true, standbys: [], syncStandbys: [] }, signal);
    await clock.sleep(1e9, signal);
  },
});
const broken: StartSite = () => ({ run: () => Promise.reject(new Error("nothing works")) });

async function simulate(startSite: StartSite, ...options: readonly string[]) {
  const { out, exitCode } = await capture((terminal) => {
    const command = new Command("simulate");
    simulateCommand(() => startSite)(command, terminal);
    return command.parseAsync([file, "--jobs", "1", ...options], { from: "user" });
  });
  return { out, exitCode };
}

describe("holdfast simulate", () => {
  it("shows what happened in a run that fails, and the command that replays it", async () => {
    const { out, exitCode } = await simulate(everybodyPrimary, "--runs", "20", "--seed", "a b");
    expect(exitCode).toBe(1);
    expect(out).toContain("VIOLATION");
    const [, from] = / --seed 'a b' --from (\d+) --runs 1 /.exec(out) ?? [];
    const again = await simulate(everybodyPrimary, "--runs", "1", "--seed", "a b", "--from", from ?? "");
    expect(again).toEqual({ out, exitCode });
  });

  it("prints the failure for programs, too", async () => {
    const { out, exitCode } = await simulate(broken, "--runs", "3", "--format", "json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      howMeasured: "simulated",
      runs: 1,
      failure: { kind: "program-failed", seed: "1-0" },
    });
  });

  it("says which stores there are when it does not know the one that is named", async () => {
    const refused = simulate(broken, "--store", "orders");
    await expect(refused).rejects.toMatchObject({ problems: [{ code: "usage", hint: "It has: ratings-db" }] });
  });
});

it("light abort controllers do what Node's do, in the same order", () => {
  const play = (): readonly unknown[] => {
    const heard: unknown[] = [];
    const controller = new AbortController();
    const { signal } = controller;
    const removed = () => heard.push("removed");
    signal.addEventListener("abort", () => heard.push("first"), { once: true });
    signal.addEventListener("abort", removed, { once: true });
    signal.addEventListener("abort", () => heard.push("second"), { once: true });
    signal.removeEventListener("abort", removed);
    heard.push(signal.aborted);
    controller.abort("why");
    controller.abort("again");
    signal.addEventListener("abort", () => heard.push("too late"), { once: true });
    const bare = new AbortController();
    bare.abort();
    return [...heard, signal.aborted, signal.reason, (bare.signal.reason as Error).name];
  };
  const expected = play();
  const restore = useLightAbortControllers();
  const light = play();
  restore();
  expect(light).toEqual(expected);
  expect(new AbortController().signal).toBeInstanceOf(AbortSignal);
});
