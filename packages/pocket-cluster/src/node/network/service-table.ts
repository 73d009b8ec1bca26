import { SERVICE_NAME_LABEL } from "../../objects/index.ts";
import type { EndpointSlice, Resource, Service, ServicePort } from "../../objects/index.ts";

/** Where a connection for a Service may go. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface Targets {
  /** For new connections. */
  readonly usable: readonly Target[];
  /** Also those not ready at the moment, whose open connections go on. */
  readonly all: readonly Target[];
}

/** The cluster's Services and their endpoints as they are now, from the EndpointSlices, whoever writes them. */
export class ServiceTable {
  readonly #services: Resource<Service>;
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  readonly #listeners: (() => void)[] = [];
  readonly #stops: readonly (() => void)[];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(services: Resource<Service>, slices: Resource<EndpointSlice>) {
    this.#services = services;
    this.#stops = [
      services.watch(() => this.#changed()),
      slices.watch((type, slice) => {
        this.#keep(type, slice);
        this.#changed();
      }),
    ];
  }

  /** Called once for all changes of a turn. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
    listener();
  }

  services(): readonly Service[] {
    return this.#services.list();
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#services.get(namespace, name);
  }

  slices(): readonly EndpointSlice[] {
    return [...this.#slices.values()].flatMap((slices) => [...slices.values()]);
  }

  /** A port of a Service: ready endpoints, or while there is none, those that end but still serve (as kube-proxy). */
  targets(service: Service, port: ServicePort): Targets {
    const found = [...(this.#slices.get(keyOf(service.metadata.namespace, service.metadata.name))?.values() ?? [])]
      .filter(({ addressType }) => addressType === "IPv4")
      .flatMap((slice) => {
        const ports = (slice.ports ?? []).filter(
          (each) => (each.name ?? "") === (port.name ?? "") && (each.protocol ?? "TCP") === (port.protocol ?? "TCP"),
        );
        return (slice.endpoints ?? []).flatMap(({ addresses, conditions }) =>
          addresses.flatMap((address) =>
            ports.flatMap((each) => (each.port === undefined ? [] : [{ address, port: each.port, conditions }])),
          ),
        );
      });
    const ready = found.filter(({ conditions }) => conditions?.ready !== false);
    const usable =
      ready.length > 0
        ? ready
        : found.filter(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
    return { usable, all: found };
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
  }

  #keep(type: "ADDED" | "MODIFIED" | "DELETED", slice: EndpointSlice): void {
    const { namespace, name, labels } = slice.metadata;
    const id = keyOf(namespace, name);
    for (const [key, group] of this.#slices) if (group.delete(id) && group.size === 0) this.#slices.delete(key);
    const service = labels?.[SERVICE_NAME_LABEL];
    if (type === "DELETED" || service === undefined) return;
    const key = keyOf(namespace, service);
    const group = this.#slices.get(key) ?? new Map<string, EndpointSlice>();
    this.#slices.set(key, group.set(id, slice));
  }

  #changed(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}
