import { POSTGRESQL_PORT, serviceNames } from "../core/render/kubernetes/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../core/spec/index.ts";
import type { AddressLookup, Cluster, Manifest, PrimaryRegister } from "../ports/index.ts";

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
  readonly #fleet: Fleet;
  readonly #self: SiteName;
  readonly #ports: { readonly cluster: Cluster; readonly register: PrimaryRegister; readonly lookup: AddressLookup };

  constructor(
    fleet: Fleet,
    store: PostgresqlStore,
    self: SiteName,
    ports: { readonly cluster: Cluster; readonly register: PrimaryRegister; readonly lookup: AddressLookup },
  ) {
    this.store = store;
    this.#fleet = fleet;
    this.#self = self;
    this.#ports = ports;
  }

  async turn(podAddress: string | undefined, signal: AbortSignal): Promise<number> {
    const { cluster, register, lookup } = this.#ports;
    const { primary } = await register.read(this.store.name, signal);
    const endpoint = this.#endpointOf(primary, podAddress);
    const address = endpoint && (await lookup.lookup(endpoint.host, signal));
    await cluster.apply(this.#slice(address, endpoint?.port ?? POSTGRESQL_PORT), signal);
    return REST_MS;
  }

  #endpointOf(primary: SiteName, podAddress: string | undefined): Endpoint | undefined {
    if (primary === this.#self)
      return podAddress === undefined ? undefined : { host: podAddress, port: POSTGRESQL_PORT };
    const host = this.#fleet.sites.find((site) => site.name === primary)?.addresses.peering.dataHost;
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
