import { publishedPort } from "../../objects/index.ts";
import type { EventRecorder, Ingress, Resource } from "../../objects/index.ts";
import { IngressProxy } from "./ingress-proxy.ts";
import { buildRouter } from "./ingress-routes.ts";
import type { Router } from "./ingress-routes.ts";
import type { ServiceTable, Target } from "./service-table.ts";

const RETRY_MS = 5000;

/** Runs the ingress proxy while there is an Ingress, with routes and endpoints as they are now. */
export class IngressController {
  readonly #ingresses: Resource<Ingress>;
  readonly #table: ServiceTable;
  readonly #address: string;
  readonly #events: EventRecorder;
  readonly #targets = new Map<string, readonly Target[]>();
  readonly #stopWatch: () => void;
  #router: Router | undefined;
  #proxy: IngressProxy | undefined;
  #starting = false;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(ingresses: Resource<Ingress>, table: ServiceTable, address: string, events: EventRecorder) {
    this.#ingresses = ingresses;
    this.#table = table;
    this.#address = address;
    this.#events = events;
    this.#stopWatch = ingresses.watch((_, ingress) => {
      this.#router = undefined;
      void this.#start(ingress);
    });
    table.onChange(() => this.#targets.clear());
  }

  stop(): void {
    this.#stopped = true;
    this.#stopWatch();
    clearTimeout(this.#retry);
    this.#proxy?.close();
  }

  async #start(cause: Ingress): Promise<void> {
    if (this.#starting || this.#stopped || this.#proxy !== undefined) return;
    this.#starting = true;
    const port = publishedPort(80);
    try {
      const proxy = await IngressProxy.listen(this.#address, port, (host, path) => this.#resolve(host, path));
      if (this.#isStopped()) proxy.close();
      else this.#proxy = proxy;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      this.#events.record(
        cause,
        "Warning",
        "FailedToListen",
        `TCP ${this.#address}:${port} cannot be listened on: ${reason}`,
      );
      this.#retry = setTimeout(() => void this.#start(cause), RETRY_MS).unref();
    }
    this.#starting = false;
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #resolve(host: string, path: string): readonly Target[] | undefined {
    this.#router ??= buildRouter(this.#ingresses.list());
    const backend = this.#router(host, path);
    if (backend === undefined) return undefined;
    const key = `${backend.namespace}/${backend.service}/${backend.port}`;
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const service = this.#table.service(backend.namespace, backend.service);
    const port = service?.spec.ports?.find(({ name, port }) => name === backend.port || port === backend.port);
    const targets = service && port ? this.#table.targets(service, port).usable : [];
    this.#targets.set(key, targets);
    return targets;
  }
}
