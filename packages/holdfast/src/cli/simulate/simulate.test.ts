import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { StartSite } from "../../simulator/index.ts";
import { capture, runCaptured } from "../testing/run-captured.ts";
import { simulateCommand } from "./index.ts";
import { Summary } from "./summary.ts";
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
  it("says how many runs were without a writer for longer than the objective, which is no broken promise", async () => {
    const few = ["simulate", file, "--runs", "3", "--jobs", "1"];
    const { out, exitCode } = await runCaptured(few);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/\n[0-3] of 3 runs were without a writer for longer than the objective of 5s \(rto\): /),
    ]);
    const json = await runCaptured([...few, "--format", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ objective: { rtoMs: 5000 } });
    const summary = new Summary(5000);
    const result = { events: 1, acknowledgements: 0, drains: 0, failed: undefined, outagesMsByFault: new Map() };
    summary.add({ ...result, runs: 3, longestOutagesMs: [10, 5000, 5001] });
    expect(summary.text(1)).toContain(
      "1 of 3 runs were without a writer for longer than the objective of 5s (rto): 33.33 %",
    );
    expect(new Summary().text(1)).not.toContain("objective");
  });

  it("starts no more processes than the machine can use", async () => {
    const most = 4 * availableParallelism();
    const refused = await runCaptured(["simulate", file, "--jobs", String(most + 1)]);
    expect([refused.exitCode, refused.err]).toEqual([
      2,
      expect.stringContaining(`it is at most ${most} on this machine`),
    ]);
  });

  it.runIf(process.platform === "linux")(
    "ends its children with itself, in the middle of what they do",
    async () => {
      const main = fileURLToPath(new URL("../main.ts", import.meta.url));
      const argv = ["--import", "tsx", main, "simulate", file, "--runs", "1000000", "--jobs", "2", "--intensity", "50"];
      const parent = spawn(process.execPath, argv, { stdio: "ignore" });
      const ended = new Promise((resolve) => parent.once("exit", (_, signal) => resolve(signal)));
      const children = () => {
        const { pid = 0 } = parent;
        return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
          .split(" ")
          .filter((word) => Number(word) > 1);
      };
      const alive = (pid: string) =>
        existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
      while (children().length < 2) await sleep(20);
      const started = children();
      // Into the middle of their first chunk.
      await sleep(2_000);
      parent.kill("SIGINT");
      expect(await ended).toBe("SIGINT");
      await sleep(200);
      expect(started.filter(alive)).toEqual([]);
    },
    60_000,
  );

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
    await expect(refused).rejects.toMatchObject({ problems: [{ code: "usage", hint: "It has ratings-db." }] });
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
