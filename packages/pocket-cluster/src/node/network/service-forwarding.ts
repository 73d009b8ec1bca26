import { publishedPort } from "../../objects/index.ts";
import type { EventRecorder, Service, ServicePort } from "../../objects/index.ts";
import type { ServiceTable, Targets } from "./service-table.ts";
import { TcpForwarder } from "./tcp-forwarder.ts";
import { UdpForwarder } from "./udp-forwarder.ts";

interface Forwarder {
  update(targets: Targets): void;
  close(): void;
}

/** A port that a Service is to be found at. */
interface Listener {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  readonly service: Service;
  readonly servicePort: ServicePort;
}

const RETRY_MS = 5000;

/** What kube-proxy does: keeps every Service port listening on its cluster address, and on the external one where it is published. */
export class ServiceForwarding {
  readonly #table: ServiceTable;
  readonly #events: EventRecorder;
  readonly #externalAddress: string;
  readonly #open = new Map<string, { readonly forwarder: Promise<Forwarder | undefined>; listener: Listener }>();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(table: ServiceTable, externalAddress: string, events: EventRecorder) {
    this.#table = table;
    this.#externalAddress = externalAddress;
    this.#events = events;
    table.onChange(() => this.#sync());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const { forwarder } of this.#open.values()) void forwarder.then((each) => each?.close());
  }

  #sync(): void {
    if (this.#stopped) return;
    const wanted = new Map(
      this.#table
        .services()
        .flatMap((service) => listenersOf(service, this.#externalAddress))
        .map((listener) => [`${listener.protocol} ${listener.address}:${listener.port}`, listener]),
    );
    for (const [key, { forwarder }] of this.#open) {
      if (wanted.has(key)) continue;
      this.#open.delete(key);
      void forwarder.then((each) => each?.close());
    }
    for (const [key, listener] of wanted) {
      const open = this.#open.get(key);
      if (open !== undefined) open.listener = listener;
      else this.#open.set(key, { forwarder: this.#listen(key, listener), listener });
      void this.#feed(key);
    }
  }

  async #feed(key: string): Promise<void> {
    const entry = this.#open.get(key);
    const forwarder = await entry?.forwarder;
    // The newest state counts, not the one that was there when listening began.
    if (entry !== undefined && this.#open.get(key) === entry)
      forwarder?.update(this.#table.targets(entry.listener.service, entry.listener.servicePort));
  }

  async #listen(key: string, { protocol, address, port, service }: Listener): Promise<Forwarder | undefined> {
    try {
      return await (protocol === "UDP" ? UdpForwarder.listen(address, port) : TcpForwarder.listen(address, port));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#events.record(
        service,
        "Warning",
        "FailedToListen",
        `${protocol} ${address}:${port} cannot be listened on: ${code ?? message}`,
      );
      this.#open.delete(key);
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#sync();
      }, RETRY_MS).unref();
      return undefined;
    }
  }
}

function listenersOf(service: Service, externalAddress: string): readonly Listener[] {
  const { clusterIP, type, ports } = service.spec;
  if (type === "ExternalName" || clusterIP === undefined || clusterIP === "" || clusterIP === "None") return [];
  return (ports ?? []).flatMap((servicePort) => {
    const protocol = servicePort.protocol ?? "TCP";
    if (protocol === "SCTP") return [];
    const at = (address: string, port: number): Listener => ({ protocol, address, port, service, servicePort });
    // Where the system lets only root have it, a port below 1024 of a cluster address is published like an external one.
    const inside = at(clusterIP, mayBind(servicePort.port) ? servicePort.port : publishedPort(servicePort.port));
    return type === "LoadBalancer" ? [inside, at(externalAddress, publishedPort(servicePort.port))] : [inside];
  });
}

function mayBind(port: number): boolean {
  return port >= 1024 || process.getuid?.() === 0;
}
