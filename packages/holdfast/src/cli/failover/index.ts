import { askForChange, storeAt } from "../ask-for-change.ts";
import { addChangeOptions, recordedReason } from "../change-options.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Register } from "../command.ts";
import { namedFile } from "../file-argument.ts";
import { printChange } from "../print-change.ts";
import { findClusters } from "../site-clusters.ts";

interface Options extends ChangeOptions {
  readonly acceptDataLoss?: boolean;
  readonly beyondRpo?: boolean;
}

/** Without consent the site is asked all the same: it refuses, and names what would be lost. */
export const register: Register = (command, terminal) => {
  addChangeOptions(command)
    .option("--accept-data-loss", "although what the lost primary acknowledged and this site does not have is gone")
    .option("--beyond-rpo", "also where that is more than the objectives allow")
    .addHelpText("after", "\nWithout --accept-data-loss nothing is done: it says what would be lost.")
    .action(async (store: string, argument: string | undefined, options: Options) => {
      const { to, reason, timeout, context, format, acceptDataLoss = false, beyondRpo = false } = options;
      const found = await findClusters(namedFile(argument, options), context, ({ stores }) =>
        storeAt(stores, store, to),
      );
      const consent = { acceptDataLoss, beyondRpo };
      const wish = { store, kind: "failover", to, reason: recordedReason(reason), timeoutMs: timeout } as const;
      const report = await askForChange(found, { ...wish, ...consent }, (line) => {
        if (format === "text") terminal.err(`  ${line}\n`);
      });
      printChange(report, format, terminal);
    });
};
