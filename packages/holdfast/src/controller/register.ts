import { SYSTEM_NAMESPACE } from "../core/render/kubernetes/index.ts";
import type { PostgresqlStore, SiteName } from "../core/spec/index.ts";
import { ClusterError } from "../ports/index.ts";
import type { Cluster, KubernetesObject, Manifest, PrimaryRecord, PrimaryRegister } from "../ports/index.ts";
import type { Trouble } from "./trouble.ts";

const LABEL = "holdfast.dev/register";

/**
 * Who is primary, as a ConfigMap of this site's own cluster: `holdfast-store-<name>`, { primary, term }. Every site writes
 * the same first decision from the fleet file, so two sites that start apart agree; nothing changes it afterwards. A
 * register that the voters keep together takes this one's place behind the same port.
 */
export class ClusterRegister implements PrimaryRegister {
  readonly #cluster: Cluster;
  readonly #stores: readonly PostgresqlStore[];
  readonly #onChange: () => void;
  readonly #beginning = new Map<string, Promise<PrimaryRecord>>();
  #records: ReadonlyMap<string, PrimaryRecord> | undefined;

  constructor(cluster: Cluster, stores: readonly PostgresqlStore[], onChange: () => void) {
    this.#cluster = cluster;
    this.#stores = stores;
    this.#onChange = onChange;
  }

  /** Follows the records until the signal aborts, so that reading costs nothing. */
  async run(signal: AbortSignal, trouble: Trouble): Promise<void> {
    const query = { apiVersion: "v1", kind: "ConfigMap", namespace: SYSTEM_NAMESPACE, labelSelector: LABEL };
    await this.#cluster.follow(
      query,
      (objects) => {
        trouble.over();
        this.#records = new Map(objects.flatMap((object) => parseRecord(object) ?? []));
        this.#onChange();
      },
      signal,
      (error) => trouble.tell(error),
    );
  }

  async read(store: string, signal: AbortSignal): Promise<PrimaryRecord> {
    if (!this.#records) throw new Error("the register has not been read yet");
    const known = this.#records.get(store);
    if (known) return known;
    const primary = this.#stores.find((each) => each.name === store)?.sites[0];
    if (primary === undefined) throw new Error(`the fleet has no store ${store}`);
    const pending = this.#beginning.get(store) ?? this.#begin(store, { primary, term: 1 }, signal);
    this.#beginning.set(store, pending);
    return pending.finally(() => this.#beginning.delete(store));
  }

  async #begin(store: string, record: PrimaryRecord, signal: AbortSignal): Promise<PrimaryRecord> {
    try {
      await this.#cluster.create(manifestOf(store, record), signal);
      this.#records = new Map([...(this.#records ?? []), [store, record]]);
      return record;
    } catch (error) {
      // Written meanwhile, which following will tell, or written by hand and wrong: both are no answer now.
      const exists = error instanceof ClusterError && error.code === "conflict";
      throw exists
        ? new Error(`the register of ${store} exists and names no primary and term`, { cause: error })
        : error;
    }
  }
}

function manifestOf(store: string, { primary, term }: PrimaryRecord): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `holdfast-store-${store}`,
      namespace: SYSTEM_NAMESPACE,
      labels: { [LABEL]: store, "app.kubernetes.io/managed-by": "holdfast-controller" },
    },
    data: { primary, term: String(term) },
  };
}

/** A record that does not say both is none: a site that is not sure stays out of the way. */
function parseRecord(object: KubernetesObject): readonly [string, PrimaryRecord][] | undefined {
  const store = object.metadata.labels?.[LABEL];
  const { primary, term } = (object["data"] ?? {}) as Record<string, string>;
  if (store === undefined || primary === undefined || !/^[1-9]\d{0,14}$/.test(term ?? "")) return undefined;
  return [[store, { primary: primary as SiteName, term: Number(term) }]];
}
