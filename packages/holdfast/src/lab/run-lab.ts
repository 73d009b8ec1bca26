import { HoldfastError } from "../base/index.ts";
import { openControlServer } from "./control-server.ts";
import { Lab } from "./lab.ts";
import type { LabOptions } from "./lab.ts";
import { claimStateFolder, releaseStateFolder, stateFolderPath } from "./state-folder.ts";
import type { LabStatus } from "./status.ts";

export interface RunningLab {
  status(): LabStatus;
  /** Resolves when everything is ready; rejects, with nothing left running, when that fails or `down` comes first. */
  readonly ready: Promise<void>;
  /** Resolves when the lab is down, by whoever asked for it. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

/** Makes this process the supervisor of a lab. */
export async function runLab(options: Omit<LabOptions, "folder">): Promise<RunningLab> {
  requireLinux();
  const folder = await claimStateFolder(stateFolderPath(process.env));
  const lab = await Lab.create({ ...options, folder }).catch(async (error: unknown) => {
    await releaseStateFolder(folder);
    throw error;
  });
  const { promise: ended, resolve: hasEnded } = deferred();
  let ending: Promise<void> | undefined;
  const down = (): Promise<void> => {
    ending ??= lab.down().finally(() => {
      control.close();
      hasEnded();
    });
    return ending;
  };
  const control = await openControlServer(lab, folder.controlSocket, down);
  const ready = lab.up().catch(async (error: unknown) => {
    await down();
    throw error;
  });
  return { status: () => lab.status(), ready, ended, down };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

function requireLinux(): void {
  if (process.platform === "linux") return;
  throw new HoldfastError([
    {
      code: "lab-platform-unsupported",
      message: `the lab needs Linux, this is ${process.platform}: it gives every pod a loopback address of its own and finds processes in /proc`,
      hint: "Run it in a Linux container or virtual machine; every other command works here.",
    },
  ]);
}
