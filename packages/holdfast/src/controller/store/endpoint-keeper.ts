import { POSTGRESQL_PORT, serviceNames } from "../../core/render/kubernetes/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import type { ControlledFleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { AddressLookup, Cluster, Manifest } from "../../ports/index.ts";

/** What it goes by: the store's lease, and whether this site's database may be written to now. */
export interface WritePlace {
  readonly lease: Lease | undefined;
  readonly writable: boolean;
}

/** Where the application's writes go from this site. */
interface Endpoint {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
}

/** Looked at again without a reason: a name may have moved, and somebody may have deleted what we wrote. */
const REST_MS = 60_000;

/** Keeps the EndpointSlice of one store's `-rw` service, which has no selector, on the primary: here or at another site. */
export class EndpointKeeper {
  readonly store: PostgresqlStore;
  readonly #fleet: ControlledFleet;
  readonly #self: SiteName;
  readonly #place: WritePlace;
  readonly #ports: { readonly cluster: Cluster; readonly lookup: AddressLookup };

  constructor(
    fleet: ControlledFleet,
    store: PostgresqlStore,
    self: SiteName,
    place: WritePlace,
    ports: { readonly cluster: Cluster; readonly lookup: AddressLookup },
  ) {
    this.#place = place;
    this.store = store;
    this.#fleet = fleet;
    this.#self = self;
    this.#ports = ports;
  }

  async turn(podAddress: string | undefined, signal: AbortSignal): Promise<number> {
    const { cluster, lookup } = this.#ports;
    const endpoint = this.#endpoint(podAddress);
    const address = endpoint && (await lookup.lookup(endpoint.host, signal));
    await cluster.apply(this.#slice(address, endpoint?.port ?? POSTGRESQL_PORT), signal);
    return REST_MS;
  }

  /** Nowhere while nobody may write: then a client is refused at once, instead of finding out at an old primary. */
  #endpoint(podAddress: string | undefined): Endpoint | undefined {
    const { lease, writable } = this.#place;
    if (lease?.phase !== "serving") return undefined;
    if (lease.primary === this.#self)
      return podAddress === undefined || !writable ? undefined : { host: podAddress, port: POSTGRESQL_PORT };
    const host = this.#fleet.sites.find((site) => site.name === lease.primary)?.addresses.peering.dataHost;
    return host === undefined ? undefined : { host, port: this.store.peeringPort };
  }

  /** https://kubernetes.io/docs/concepts/services-networking/service/#custom-endpointslices */
  #slice(address: string | undefined, port: number): Manifest {
    const service = serviceNames(this.store.name).readWrite;
    return {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${service}-primary`,
        namespace: this.#fleet.application.namespace,
        labels: {
          "kubernetes.io/service-name": service,
          "endpointslice.kubernetes.io/managed-by": "holdfast-controller",
          "app.kubernetes.io/managed-by": "holdfast-controller",
        },
      },
      addressType: "IPv4",
      endpoints: address === undefined ? [] : [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: "postgresql", port, protocol: "TCP" }],
    };
  }
}
