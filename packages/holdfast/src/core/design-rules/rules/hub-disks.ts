import { hubLimits, hubSitesOf } from "../../azure-stack-hub/index.ts";
import { quantityBytes } from "../../spec/index.ts";
import type { Store } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

export const hubDisks: DesignRule = {
  id: "hub-disks",
  severity: "error",
  requirements: ["R20", "R49"],
  asks: "No disk on Azure Stack Hub, of a node, of etcd or of a store, is larger than 1023 GiB.",
  why: "The Hub has no larger managed disk: AKS Engine refuses such a node, and a volume for such a store is never made.",
  example: {
    broken: "storage: { size: 2Ti, className: managed-standard }",
    fixed: "storage: { size: 128Gi, className: managed-standard }",
  },
  *check(fleet) {
    const onHub = new Map<string, number>();
    for (const { site, index } of hubSitesOf(fleet)) {
      onHub.set(site.name, index);
      const path: Path = ["sites", index, "cluster"];
      const { controlPlane, workerPools } = site.cluster;
      yield* tooLarge(controlPlane.osDiskGiB, `the system disk of ${site.name}'s control plane`, [
        ...path,
        "controlPlane",
        "osDiskGiB",
      ]);
      for (const [position, pool] of workerPools.entries()) {
        yield* tooLarge(pool.osDiskGiB, `the system disk of ${site.name}'s pool ${pool.name}`, [
          ...path,
          "workerPools",
          position,
          "osDiskGiB",
        ]);
      }
    }
    for (const [index, store] of fleet.stores.entries()) {
      const hub = placesOf(store).find((name) => onHub.has(name));
      if (hub === undefined) continue;
      const sizeGiB = Math.ceil(quantityBytes(store.storage.size) / 2 ** 30);
      yield* tooLarge(sizeGiB, `the volume of ${store.name} at ${hub}`, ["stores", index, "storage", "size"]);
    }
  },
};

function* tooLarge(sizeGiB: number, what: string, path: Path): Iterable<Violation> {
  if (sizeGiB <= hubLimits.diskGiBMax) return;
  yield {
    path,
    message: `${what} has ${sizeGiB} GiB; a disk on Azure Stack Hub has at most ${hubLimits.diskGiBMax}`,
    hint: `Take ${hubLimits.diskGiBMax} or less.`,
  };
}

function placesOf(store: Store): readonly string[] {
  return store.engine === "postgresql"
    ? store.sites
    : store.members.filter((member) => member.role === "data").map((member) => member.site);
}
