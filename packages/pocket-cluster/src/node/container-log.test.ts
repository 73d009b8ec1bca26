import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContainerLog, readLog } from "./container-log.ts";
import type { LogReadOptions } from "./container-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "container-log-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(options: Partial<LogReadOptions> = {}, run = 0, live?: ContainerLog): Promise<string> {
  let text = "";
  for await (const chunk of readLog(
    folder,
    run,
    { follow: false, timestamps: false, signal: new AbortController().signal, ...options },
    live,
  ))
    text += chunk.toString();
  return text;
}

describe("a container's log", () => {
  it("keeps lines whole however the program's writes are cut, and long ones too", async () => {
    const log = await ContainerLog.start(folder, 0);
    const long = "x".repeat(40_000);
    for (const part of ["one\ntw", "o\n", long, "\nlast"]) log.write("stdout", part);
    await log.end();
    expect(await read()).toBe(`one\ntwo\n${long}\nlast\n`);
    expect(await read({ tailLines: 1 })).toBe("last\n");
    expect(await read({ timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z last\n$/);
    expect(await read({ since: Date.now() + 1000 })).toBe("");
  });

  it("is followed until it ends, with nothing lost in between", async () => {
    const log = await ContainerLog.start(folder, 0);
    log.write("stdout", "before\n");
    const followed = read({ follow: true }, 0, log);
    for (let line = 0; line < 500; line += 1) {
      log.write("stdout", `${line}\n`);
      if (line % 50 === 0) await log.drained();
    }
    await log.end();
    expect(await followed).toBe(`before\n${Array.from({ length: 500 }, (_, line) => `${line}\n`).join("")}`);
  });

  it("keeps the previous run and its own size within limits", async () => {
    for (let run = 0; run < 4; run += 1) {
      const log = await ContainerLog.start(folder, run);
      log.write("stdout", `run ${run}\n`);
      await log.end();
    }
    expect(await read({}, 2)).toBe("run 2\n");
    expect(await read({}, 1)).toBe("");

    const log = await ContainerLog.start(folder, 4);
    const line = `${"y".repeat(1023)}\n`;
    for (let written = 0; written < 30; written += 1) {
      log.write("stdout", line.repeat(1024));
      await log.drained();
    }
    await log.end();
    expect((await readdir(folder)).filter((name) => name.startsWith("4.")).length).toBeLessThanOrEqual(3);
  });
});
