import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointSlice, Service } from "../../objects/index.ts";
import { SERVICE_NAME_LABEL } from "../../objects/index.ts";

const DOMAIN = "svc.cluster.local";

/** An address and the names that lead to it, without a namespace's short forms. */
interface Entry {
  readonly address: string;
  /** In `namespace`, `name` alone finds it; elsewhere `name.namespace` does. */
  readonly name: string;
  readonly namespace: string;
}

/**
 * What the cluster's DNS would answer, from Services and EndpointSlices: a cluster address, or for a headless Service the addresses
 * of its ready endpoints and `hostname.service` of each.
 */
export function clusterNames(services: readonly Service[], slices: readonly EndpointSlice[]): readonly Entry[] {
  return services.flatMap((service) => {
    const { name, namespace = "default" } = service.metadata;
    const { clusterIP, type, publishNotReadyAddresses } = service.spec;
    if (type === "ExternalName") return [];
    if (clusterIP !== undefined && clusterIP !== "" && clusterIP !== "None")
      return [{ address: clusterIP, name, namespace }];
    return slices
      .filter(
        ({ metadata, addressType }) =>
          metadata.namespace === namespace && metadata.labels?.[SERVICE_NAME_LABEL] === name && addressType === "IPv4",
      )
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => publishNotReadyAddresses === true || conditions?.ready !== false)
      .flatMap(({ addresses, hostname }) =>
        addresses.flatMap((address) => [
          { address, name, namespace },
          ...(hostname === undefined ? [] : [{ address, name: `${hostname}.${name}`, namespace }]),
        ]),
      );
  });
}

/** The hosts file of a pod in `namespace`. */
export function hostsFile(entries: readonly Entry[], namespace: string): string {
  return entries
    .map(({ address, name, namespace: home }) => {
      const names = [
        ...(home === namespace ? [name] : []),
        `${name}.${home}`,
        `${name}.${home}.svc`,
        `${name}.${home}.${DOMAIN}`,
      ];
      return `${[address, ...names].join(" ")}\n`;
    })
    .join("");
}

/** Keeps one hosts file a namespace up to date; a reader sees the old file or the new one. */
export class HostsFiles {
  readonly #folder: string;
  readonly #written = new Map<string, string>();
  #entries: readonly Entry[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  }

  /** Makes the file if it is not there yet. */
  pathFor(namespace: string): string {
    if (!this.#written.has(namespace)) this.#write(namespace);
    return join(this.#folder, namespace);
  }

  update(entries: readonly Entry[]): void {
    this.#entries = entries;
    for (const namespace of this.#written.keys()) this.#write(namespace);
  }

  forget(namespace: string): void {
    if (this.#written.delete(namespace)) rmSync(join(this.#folder, namespace), { force: true });
  }

  #write(namespace: string): void {
    const text = hostsFile(this.#entries, namespace);
    if (this.#written.get(namespace) === text) return;
    const path = join(this.#folder, namespace);
    writeFileSync(`${path}.next`, text, { mode: 0o644 });
    renameSync(`${path}.next`, path);
    this.#written.set(namespace, text);
  }
}
