import type { DesignRule } from "../rule.ts";

/**
 * The fleet file says when a backup is due and where it goes, not who runs the store. Only the operators of `databases/` take
 * backups, so without one of them the plan is a plan.
 */
export const backupTaken: DesignRule = {
  id: "backup-taken",
  severity: "warning",
  requirements: ["R83", "R97", "R98"],
  asks: "Somebody takes the backups that the file plans: a database's operator, or a job of your own.",
  why: "Nothing that is rendered backs up holdfast's own servers, so a plan alone leaves nothing to restore from.",
  *check({ backups, stores }) {
    for (const [index, backup] of backups.entries()) {
      const store = stores.find((one) => one.name === backup.store);
      if (store === undefined) continue;
      const tool = store.engine === "postgresql" ? "pg_dump" : "mongodump";
      yield {
        path: ["backups", index, "store"],
        message: `the backups of ${store.name} are taken only where its operator runs it, with databases/: holdfast's own servers have nothing that takes them yet`,
        hint: `Run ${store.name} by its operator (databases/README.md), or have a scheduler of yours run ${tool} as the runbook's chapter "Take backups" says; then suppress this finding, with who takes them as the reason.`,
      };
    }
  },
};
