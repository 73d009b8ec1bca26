import { receiveBaseBackup, type Progress } from "./base-backup/receive.ts";
import type { AgentConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { chownTree, makeEmptyFolder } from "./files.ts";
import type { RunAs } from "./run-as.ts";
import { ensureOwnSlot, isInRecovery, withUpstream } from "./upstream.ts";
import type { Following } from "./settings.ts";

/**
 * Copies the upstream's database over the wire and puts it, marked for recovery, into the place of what was there. What was
 * there stays until the copy is whole; an interrupted copy begins again.
 */
export async function clone(
  config: AgentConfig,
  runAs: RunAs,
  data: DataFolder,
  upstream: Extract<Following, { kind: "upstream" }>,
  report: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  await makeEmptyFolder(data.making);
  await withUpstream(config, upstream, signal, async (client) => {
    if (await isInRecovery(client)) throw new Error("the upstream is not a primary");
    // Before the copy begins, so that the changes made meanwhile are kept until the standby fetches them.
    await ensureOwnSlot(client, config);
    await receiveBaseBackup(client, data.making, report);
  });
  signal.throwIfAborted();
  data.markForRecovery(data.making);
  if (runAs.owner !== undefined) await chownTree(data.making, runAs.owner);
  await data.adopt();
}
