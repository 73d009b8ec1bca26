import type { FleetChange, Path } from "./change-rule.ts";
import type { Cluster, Fleet, MongodbStore, PostgresqlStore, Site, Store } from "../spec/index.ts";

/** What is in both files, by its name, with the path in each. */
export interface Kept<T> {
  readonly before: T;
  readonly after: T;
  readonly beforePath: Path;
  readonly afterPath: Path;
}

export function keptSites(change: FleetChange): Kept<Site>[] {
  return kept(change, "sites");
}

export function keptStores(change: FleetChange): Kept<Store>[] {
  return kept(change, "stores");
}

export function keptPostgresql(change: FleetChange): Kept<PostgresqlStore>[] {
  return keptStores(change).filter(isPostgresql);
}

export function keptMongodb(change: FleetChange): Kept<MongodbStore>[] {
  return keptStores(change).filter(isMongodb);
}

/** A cluster that AKS Engine built on a Hub and goes on with: what others build, others may change as they can. */
export interface KeptEngineCluster extends Kept<Cluster> {
  readonly site: string;
}

export function keptEngineClusters(change: FleetChange): KeptEngineCluster[] {
  return keptSites(change).flatMap(({ before, after, beforePath, afterPath }) =>
    before.cluster === undefined || after.cluster === undefined || !isHub(before) || !isHub(after)
      ? []
      : [
          {
            site: after.name,
            before: before.cluster,
            after: after.cluster,
            beforePath: [...beforePath, "cluster"],
            afterPath: [...afterPath, "cluster"],
          },
        ],
  );
}

export function isHub({ platform }: Pick<Site, "platform">): boolean {
  return platform.kind === "azure-stack-hub";
}

function kept<Key extends "sites" | "stores">({ before, after }: FleetChange, key: Key): Kept<Fleet[Key][number]>[] {
  const old = new Map<string, { item: Fleet[Key][number]; index: number }>(
    before[key].map((item, index) => [item.name, { item, index }]),
  );
  return after[key].flatMap((item, index) => {
    const match = old.get(item.name);
    return match === undefined
      ? []
      : [{ before: match.item, after: item, beforePath: [key, match.index], afterPath: [key, index] }];
  });
}

function isPostgresql(store: Kept<Store>): store is Kept<PostgresqlStore> {
  return store.before.engine === "postgresql" && store.after.engine === "postgresql";
}

function isMongodb(store: Kept<Store>): store is Kept<MongodbStore> {
  return store.before.engine === "mongodb" && store.after.engine === "mongodb";
}
