import { askForChange, storeAt } from "../ask-for-change.ts";
import { addChangeOptions, recordedReason } from "../change-options.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Register } from "../command.ts";
import { namedFile } from "../file-argument.ts";
import { printChange } from "../print-change.ts";
import { findClusters } from "../site-clusters.ts";

export const register: Register = (command, terminal) => {
  addChangeOptions(command).action(async (store: string, argument: string | undefined, options: ChangeOptions) => {
    const { to, reason, timeout, context, format } = options;
    const found = await findClusters(namedFile(argument, options), context, ({ stores }) => storeAt(stores, store, to));
    const wish = { store, kind: "switchover", to, reason: recordedReason(reason), timeoutMs: timeout } as const;
    const report = await askForChange(found, wish, (line) => {
      if (format === "text") terminal.err(`  ${line}\n`);
    });
    printChange(report, format, terminal);
  });
};
