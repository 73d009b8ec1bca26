import type { Store } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const backupElsewhere: DesignRule = {
  id: "backup-elsewhere",
  severity: "error",
  requirements: ["R83", "R97", "R98", "R99"],
  asks: "Every store is backed up, never to the site that the backup was taken at.",
  why: "A backup beside the data is lost with it; and a replica repeats every mistake, so it is no backup.",
  example: { broken: "targets: [portland]", fixed: "targets: [portland, seattle]" },
  *check({ stores, backups, sites }) {
    const buildings = new Map<string, string>(sites.map((site) => [site.name, site.location.dataCentre]));
    for (const [index, store] of stores.entries()) {
      if (!backups.some((backup) => backup.store === store.name)) {
        yield {
          path: ["stores", index, "name"],
          severity: "warning",
          message: `${store.name} is not backed up: a replica also repeats a wrong deletion`,
          hint: `Add to backups: { store: ${store.name}, schedule: "0 2 * * *", targets: [...] }`,
        };
      }
    }
    for (const [index, backup] of backups.entries()) {
      const store = stores.find((one) => one.name === backup.store);
      if (store === undefined || backup.external.length > 0) continue;
      for (const site of dataSites(store)) {
        if (!backup.targets.some((target) => target !== site)) {
          yield {
            path: ["backups", index, "targets"],
            message: `a backup taken at ${site} would be kept at ${site}, and lost with it`,
            hint: "Name another site too, or a target under `external`.",
          };
        } else if (!backup.targets.some((target) => buildings.get(target) !== buildings.get(site))) {
          yield {
            path: ["backups", index, "targets"],
            severity: "warning",
            message: `a backup taken at ${site} would be kept in the same data centre, ${String(buildings.get(site))}, and lost with it`,
            hint: "Name a site in another building too, or a target under `external`.",
          };
        }
      }
    }
  },
};

function dataSites(store: Store): ReadonlySet<string> {
  return new Set(
    store.engine === "postgresql"
      ? store.sites
      : store.members.filter((member) => member.role === "data").map((member) => member.site),
  );
}
