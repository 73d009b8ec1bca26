import { formatDuration } from "../../spec/index.ts";
import type { Backup, Fleet, Store } from "../../spec/index.ts";
import { longestGapMs } from "../cron.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

const DAY_MS = 86_400_000;
/** A wrong deletion is often seen after the weekend only. */
const SHORTEST_REACH_MS = 7 * DAY_MS;
const LONGEST_BETWEEN_REHEARSALS_MS = 100 * DAY_MS;

export const backupPlan: DesignRule = {
  id: "backup-plan",
  severity: "warning",
  requirements: ["R83", "R89", "R97", "R98"],
  asks: "Backups are taken daily or oftener, reach back a week, are encrypted where they leave the sites, and are rehearsed.",
  why: "A backup that was never restored is a hope; one that reaches back two days holds the mistake of last week too.",
  example: { broken: 'schedule: "0 2 * * 0"', fixed: 'schedule: "0 2 * * *"' },
  *check(fleet) {
    for (const [index, backup] of fleet.backups.entries()) {
      const path = ["backups", index];
      const store = fleet.stores.find((one) => one.name === backup.store);
      const gapMs = longestGapMs(backup.schedule);
      if (gapMs === undefined) {
        yield {
          path: [...path, "schedule"],
          severity: "error",
          message: `the schedule ${backup.schedule} never comes again, so nothing is backed up`,
          hint: 'Write it as minute, hour, day, month, weekday: schedule: "0 2 * * *"',
        };
      } else if (store !== undefined) yield* checkSchedule(fleet, backup, store, gapMs, path);
      yield* checkRehearsal(backup, path);
      if (store !== undefined) yield* checkEncryption(backup, store, path);
    }
  },
};

function* checkSchedule(
  { objectives }: Fleet,
  backup: Backup,
  store: Store,
  gapMs: number,
  path: Path,
): Iterable<Violation> {
  const { rpoMs } = objectives;
  // Only a replica elsewhere keeps what came after the last backup; for an RPO of 0 replicated-store asks for one.
  if (rpoMs !== undefined && rpoMs > 0 && gapMs > rpoMs && !isReplicated(store)) {
    yield {
      path: [...path, "schedule"],
      severity: "error",
      message: `${store.name} is nowhere else: with its site all that came after the last backup is lost, up to ${formatDuration(gapMs)}, and the RPO is ${formatDuration(rpoMs)}`,
      hint: "Replicate the store to another site, or take backups as often as the RPO says.",
      related: [{ path: ["objectives", "rpo"], message: "the objective" }],
    };
  } else if (gapMs > DAY_MS) {
    yield {
      path: [...path, "schedule"],
      message: `up to ${formatDuration(gapMs)} pass between two backups: a wrong deletion takes back all of that`,
      hint: 'Take one every day: schedule: "0 2 * * *"',
    };
  }
  if (gapMs * backup.keep < SHORTEST_REACH_MS) {
    yield {
      path: [...path, "keep"],
      message: `${backup.keep} backups reach back ${formatDuration(gapMs * backup.keep)}: a mistake that is older than that cannot be undone`,
      hint: `Use keep: ${Math.ceil(SHORTEST_REACH_MS / gapMs)} or more.`,
    };
  }
}

function isReplicated(store: Store): boolean {
  if (store.engine === "postgresql") return store.sites.length > 1 && store.durability === "replicated";
  return new Set(store.members.filter((member) => member.role === "data").map((member) => member.site)).size > 1;
}

function* checkRehearsal({ rehearsal, store }: Backup, path: Path): Iterable<Violation> {
  if (rehearsal === undefined) {
    yield {
      path: [...path, "rehearsal"],
      severity: "advice",
      message: `nobody restores the backups of ${store} to see whether they can be read`,
      hint: 'Add rehearsal: "0 6 * * 0"',
    };
    return;
  }
  const gapMs = longestGapMs(rehearsal);
  if (gapMs === undefined || gapMs > LONGEST_BETWEEN_REHEARSALS_MS) {
    yield {
      path: [...path, "rehearsal"],
      severity: "advice",
      message:
        gapMs === undefined
          ? `the rehearsal ${rehearsal} never comes again`
          : `up to ${formatDuration(gapMs)} pass between two rehearsals`,
      hint: 'Restore a backup every week or month: rehearsal: "0 6 * * 0"',
    };
  }
}

function* checkEncryption(backup: Backup, store: Store, path: Path): Iterable<Violation> {
  for (const [position, { name, encrypted }] of backup.external.entries()) {
    if (encrypted) continue;
    yield {
      path: [...path, "external", position, "encrypted"],
      severity: store.personalData ? "error" : "warning",
      message: `backups of ${store.name} reach ${name} in plain text${store.personalData ? ", personal data among them" : ""}`,
      hint: "Say encrypted: true.",
    };
  }
}
