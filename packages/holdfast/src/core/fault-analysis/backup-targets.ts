import type { Backup, Fleet, SiteName, Store } from "../spec/index.ts";
import type { Parts } from "./parts.ts";
import type { Place } from "./places.ts";
import { serverSites } from "./stores.ts";
import type { Structure } from "./structure.ts";
import { all } from "./structure.ts";

interface BackupTarget {
  /** Absent: outside of the fleet. */
  readonly at?: SiteName;
  readonly kept: Structure;
}

/** Every site with a server sends its backups to the first target that it is not itself. */
export class BackupTargets {
  readonly #parts: Parts;
  readonly #fleet: Fleet;
  readonly #targets = new Map<string, BackupTarget[]>();

  constructor(parts: Parts, fleet: Fleet) {
    this.#parts = parts;
    this.#fleet = fleet;
    for (const [index, backup] of fleet.backups.entries()) {
      for (const [position, { name, hosting }] of backup.external.entries()) {
        const kept = parts.need({
          kind: "backup-target",
          name,
          label: `the backup target ${name}`,
          path: ["backups", index, "external", position],
          make: hosting === "public-cloud" ? "azure" : "other",
        });
        this.#add(backup.store, { kept });
      }
    }
  }

  addAt({ member, workers, whole }: Place): void {
    for (const [index, backup] of this.#fleet.backups.entries()) {
      const position = backup.targets.indexOf(member.name);
      if (position < 0 || !this.#isUsed(backup, member.name)) continue;
      const kept = this.#parts.need({
        kind: "backup-target",
        name: member.name,
        label: `the backups kept at ${member.name}`,
        path: ["backups", index, "targets", position],
        site: member.name,
        within: whole,
      });
      this.#add(backup.store, { at: member.name, kept: all(workers, kept) });
    }
  }

  of(store: Store): readonly BackupTarget[] {
    return this.#targets.get(store.name) ?? [];
  }

  #isUsed({ store: name, targets }: Backup, target: SiteName): boolean {
    const store = this.#fleet.stores.find((one) => one.name === name);
    if (store === undefined) return false;
    return [...serverSites(store)].some((taken) => targets.find((one) => one !== taken) === target);
  }

  #add(store: string, target: BackupTarget): void {
    this.#targets.set(store, [...(this.#targets.get(store) ?? []), target]);
  }
}
