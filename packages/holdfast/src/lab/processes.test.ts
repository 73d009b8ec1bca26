import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGuardian } from "./guardian.ts";
import { processesBelow } from "@holdfast/pocket-cluster";
import { killAll, signalAll } from "./processes.ts";

describe.skipIf(process.platform !== "linux")("the processes of a site", () => {
  let folder: string;
  beforeEach(async () => (folder = await realpath(await mkdtemp(join(tmpdir(), "holdfast-processes-")))));
  afterEach(async () => {
    await killAll(folder);
    await rm(folder, { recursive: true });
  });

  /** A shell with a child in a session of its own, which no process group and no parent leads to. */
  async function startFamily(): Promise<ChildProcess> {
    const shell = spawn("/bin/sh", ["-c", "setsid sleep 300 & echo up; wait"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(shell.stdout, "data");
    return shell;
  }

  it("are found by where they work, in whatever session", async () => {
    const shell = await startFamily();
    expect(await processesBelow(folder)).toContainEqual(expect.objectContaining({ pid: shell.pid }));
    expect((await processesBelow(folder)).length).toBeGreaterThanOrEqual(2);
    expect(await processesBelow(folder.slice(0, -1))).toEqual([]);
  });

  it("end all together when the power goes (R18)", async () => {
    const shell = await startFamily();
    const ended = once(shell, "exit");
    expect(await killAll(folder)).toBeGreaterThanOrEqual(2);
    expect(await processesBelow(folder)).toEqual([]);
    expect(await ended).toEqual([null, "SIGKILL"]);
  });

  it("freeze and thaw", async () => {
    const shell = await startFamily();
    const state = async (): Promise<string> =>
      (await readFile(`/proc/${shell.pid ?? 0}/stat`, "utf8")).split(" ")[2] ?? "";
    await signalAll(folder, "SIGSTOP");
    await expect.poll(state).toBe("T");
    await signalAll(folder, "SIGCONT");
    await expect.poll(state).toBe("S");
  });

  it("do not outlive a supervisor that was killed, even when they are frozen", async () => {
    await startFamily();
    // The guardian's parent here is a process of its own, so that it can be killed as a supervisor would be.
    const source = `import(${JSON.stringify(new URL("./guardian.ts", import.meta.url).pathname)}).then(({ startGuardian }) => {
      startGuardian(${JSON.stringify(folder)}); console.log("guarded"); setInterval(() => {}, 1000); });`;
    const supervisor = spawn(process.execPath, ["--import", "tsx", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(supervisor.stdout, "data");
    await signalAll(folder, "SIGSTOP");
    supervisor.kill("SIGKILL");
    await expect.poll(() => processesBelow(folder), { timeout: 5000 }).toEqual([]);
  });

  it("are left alone by a guardian that was dismissed", async () => {
    const shell = await startFamily();
    startGuardian(folder).dismiss();
    expect(await processesBelow(folder)).toContainEqual(expect.objectContaining({ pid: shell.pid }));
  });
});
