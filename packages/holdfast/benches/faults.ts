import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesBelow } from "@holdfast/pocket-cluster";
import type { LabSession } from "./lab-session.ts";

export interface FaultSetting {
  readonly lab: LabSession;
  readonly primary: string;
  readonly standby: string;
  readonly witness: string;
}

/** Something that goes wrong in the lab and is made good again, all of it when `inflict` resolves. */
export interface Fault {
  readonly name: string;
  /** Why it cannot be shown on this machine. */
  readonly unavailable?: string;
  /** What has to be so before. */
  readonly prepare?: (setting: Pick<FaultSetting, "lab">) => Promise<void>;
  readonly inflict: (setting: FaultSetting) => Promise<void>;
}

/** Long enough for everybody to decide, and to see that it stays so. */
const LASTS_MS = 5000;

export const faults: readonly Fault[] = [
  {
    name: "primary's site killed",
    inflict: ({ lab, primary }) => lose(lab, primary),
  },
  {
    name: "primary's site frozen for 30 s",
    inflict: async ({ lab, primary }) => {
      await lab.inflict("freeze", primary);
      await sleep(30_000);
      await lab.inflict("thaw", primary);
    },
  },
  {
    name: "primary's server process killed",
    inflict: async ({ lab, primary }) => {
      for (const pid of await processes(lab, primary, isPostmaster)) process.kill(pid, "SIGKILL");
      await sleep(LASTS_MS);
    },
  },
  {
    name: "link between the sites cut",
    inflict: async ({ lab, primary, standby }) => {
      await lab.inflict("cut", primary, standby);
      await sleep(LASTS_MS);
      await lab.inflict("heal", primary, standby);
    },
  },
  {
    // Longer than any wait of a client: what it costs must not depend on how long it lasts.
    name: "link cut, users at the standby's site",
    prepare: ({ lab }) => putUsersAtStandby(lab),
    inflict: async ({ lab, primary, standby }) => {
      await lab.inflict("cut", primary, standby);
      await sleep(4 * LASTS_MS);
      await lab.inflict("heal", primary, standby);
    },
  },
  {
    name: "primary cut off from everyone",
    inflict: async ({ lab, primary, standby, witness }) => {
      await Promise.all([lab.inflict("cut", primary, standby), lab.inflict("cut", primary, witness)]);
      await sleep(LASTS_MS);
      await Promise.all([lab.inflict("heal", primary, standby), lab.inflict("heal", primary, witness)]);
    },
  },
  {
    name: "witness killed",
    inflict: ({ lab, witness }) => lose(lab, witness),
  },
  {
    name: "standby's site killed",
    inflict: ({ lab, standby }) => lose(lab, standby),
  },
  {
    name: "primary's links flapping",
    inflict: async ({ lab, primary, standby, witness }) => {
      for (let second = 0; second < 8; second += 1) {
        const order = second % 2 === 0 ? "cut" : "heal";
        await Promise.all([lab.inflict(order, primary, standby), lab.inflict(order, primary, witness), sleep(1000)]);
      }
    },
  },
  {
    name: "primary's controller killed",
    inflict: async ({ lab, primary }) => {
      for (const pid of await processes(lab, primary, isController)) process.kill(pid, "SIGKILL");
      await sleep(LASTS_MS);
    },
  },
  {
    name: "primary's disk full",
    ...(hasPrlimit() ? {} : { unavailable: "needs prlimit of util-linux, and the right to use it on the server" }),
    // No file of the agent or its server may grow any more: for them that is a full disk, and no other process notices.
    inflict: async ({ lab, primary }) => {
      const limit = async (bytes: string) => {
        for (const pid of await processes(lab, primary, isOfDatabase)) {
          try {
            execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}`], { stdio: "ignore" });
          } catch {
            // It ended meanwhile.
          }
        }
      };
      await limit("65536:unlimited");
      await sleep(LASTS_MS);
      await limit("unlimited:unlimited");
    },
  },
];

/** Users are where the file prefers them, and the primary is not. */
async function putUsersAtStandby(lab: LabSession): Promise<void> {
  // The lab's users ask DNS when they come, and not before.
  const visits = setInterval(() => void fetch(lab.url).catch(() => undefined), 250);
  try {
    const { stores } = await lab.untilWhole();
    // What went before may have taken the users along, until the site that they prefer is in step again.
    let at: string | undefined;
    await lab.untilSteady(({ answeredBy }) => {
      const before = at;
      at = answeredBy[0];
      return at === before;
    }, 2 * LASTS_MS);
    const to = stores[0]?.sites.find(({ site }) => site !== at)?.site ?? "";
    if (stores[0]?.primary !== to) {
      const { exitCode, stderr } = await lab.run("switchover", stores[0]?.name ?? "", "--to", to);
      if (exitCode !== 0) throw new Error(stderr);
    }
    await lab.untilSteady(
      ({ stores: [store], answeredBy: [users] }) => store?.primary === to && users !== to,
      LASTS_MS,
    );
    await lab.untilWhole();
  } finally {
    clearInterval(visits);
  }
}

async function lose(lab: LabSession, site: string): Promise<void> {
  await lab.inflict("kill", site);
  await sleep(LASTS_MS);
  await lab.inflict("start", site);
}

async function processes(
  lab: LabSession,
  site: string,
  select: (commandLine: string) => boolean,
): Promise<readonly number[]> {
  const below = await processesBelow(join(lab.folder, "lab", "sites", site));
  return below.map(({ pid }) => pid).filter((pid) => select(commandLineOf(pid)));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

const isPostmaster = (commandLine: string): boolean => /postgres -D /.test(commandLine);
const isController = (commandLine: string): boolean => commandLine.includes("holdfast-controller");
const isOfDatabase = (commandLine: string): boolean => /postgres(-agent|:| -D )/.test(commandLine);

/** The server of a lab that root runs belongs to another user, and not every root may limit another user's process. */
function hasPrlimit(): boolean {
  const child = spawn("sleep", ["10"], process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});
  try {
    execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    child.kill();
  }
}
