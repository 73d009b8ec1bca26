import type { Fleet, Member, MongodbStore, PostgresqlStore, SiteName, Store } from "../../spec/index.ts";
import { operatedStores } from "../helm/platform/database-operators.ts";
import { backupStores } from "./backup-stores.ts";
import { mainSite, placedMembers } from "./percona-members.ts";
import { storeSecretsAt } from "./store-secrets.ts";
import type { StoreSecret } from "./store-secrets.ts";

/** What whoever applies one site's folder of a store has to know: what must be there before, and how to see that it is ready. */
export interface OperatedStore {
  readonly store: Store;
  readonly site: SiteName;
  /** The custom resource, as kubectl names it. */
  readonly resource: string;
  /** Names of the CustomResourceDefinitions that the folder's objects are of; the resource's own first. */
  readonly definitions: readonly string[];
  readonly secrets: readonly StoreSecret[];
  /** cert-manager makes them; without them no server starts. */
  readonly certificates: readonly string[];
  /** The site where a new store begins, empty. */
  readonly begins: SiteName;
  /** The sites whose servers have to be there when the store is new. */
  readonly after: readonly SiteName[];
  /** The field of the resource that a person changes to move the store's leader, and what the rendered file has in it. */
  readonly leader?: { readonly field: string; readonly value: string };
  /** For `kubectl wait --for`. */
  readonly ready: string;
  /** How many pods, and which: before the set has its configuration its members can only run. */
  readonly pods?: { readonly selector: string; readonly count: number };
}

/** At the site the stores of which an operator runs something there. */
export function operatedStoresAt(fleet: Fleet, member: Member): readonly OperatedStore[] {
  return operatedStores(fleet, member).map((store) =>
    store.engine === "postgresql"
      ? cloudnativePgStore(fleet, store, member.name)
      : perconaStore(fleet, store, member.name),
  );
}

const CERTIFICATES = ["certificates.cert-manager.io", "issuers.cert-manager.io"];

/**
 * A standby begins with a copy of the primary, and its operator tries that a few times only: the primary's site goes first
 * (https://cloudnative-pg.io/docs/1.29/replica_cluster). `Ready` is the operator's condition for all instances.
 */
function cloudnativePgStore(fleet: Fleet, store: PostgresqlStore, site: SiteName): OperatedStore {
  const { name, sites } = store;
  const [primary = site] = sites;
  const backs = backupStores(fleet, store, site).length > 0 || backupStores(fleet, store, primary).length > 0;
  return {
    store,
    site,
    resource: `clusters.postgresql.cnpg.io/${name}`,
    definitions: [
      "clusters.postgresql.cnpg.io",
      ...(backs ? ["scheduledbackups.postgresql.cnpg.io", "objectstores.barmancloud.cnpg.io"] : []),
      ...CERTIFICATES,
    ],
    secrets: storeSecretsAt(fleet, store, site),
    certificates: [`${name}-server`, `${name}-replication`],
    begins: primary,
    after: site === primary ? [] : [primary],
    ...(sites.length > 1 ? { leader: { field: ".spec.replica.primary", value: primary } } : {}),
    ready: "condition=Ready",
  };
}

/**
 * The main site's operator adds the other sites' members to the set, and MongoDB refuses a configuration of which too few members
 * answer: the main site goes last. An `unmanaged` site says `ready` when its members see a primary, which is only after that
 * (pkg/controller/perconaservermongodb/mgo.go in percona/percona-server-mongodb-operator).
 */
function perconaStore(fleet: Fleet, store: MongodbStore, site: SiteName): OperatedStore {
  const { name, replicaSet } = store;
  const main = mainSite(store) ?? site;
  const placed = placedMembers(fleet, store);
  const withData = [...new Set(placed.filter(({ role }) => role !== "arbiter").map((member) => member.site))];
  return {
    store,
    site,
    resource: `perconaservermongodbs.psmdb.percona.com/${name}`,
    definitions: ["perconaservermongodbs.psmdb.percona.com", ...CERTIFICATES],
    secrets: storeSecretsAt(fleet, store, site),
    certificates: [`${name}-ssl`, `${name}-ssl-internal`],
    begins: main,
    after: site === main ? withData.filter((each) => each !== main) : [],
    leader: { field: ".spec.unmanaged", value: String(site !== main) },
    ready: "jsonpath={.status.state}=ready",
    ...(site === main
      ? {}
      : {
          pods: {
            selector: `app.kubernetes.io/instance=${name},app.kubernetes.io/replset=${replicaSet}`,
            count: placed.filter((member) => member.site === site).length,
          },
        }),
  };
}
