import { randomBytes } from "node:crypto";
import type { RequiredSecret } from "../core/render/kubernetes/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import type { Manifest } from "../ports/index.ts";

/**
 * Plays the pipeline's part of putting secrets into the clusters: values made up once for this lab, the same at every site
 * (a standby must know the primary's passwords), kept nowhere but in the sites' own API servers.
 */
export class LabSecrets {
  readonly #fleet: Fleet;
  readonly #values = new Map<string, string>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  manifests(required: readonly RequiredSecret[]): readonly Manifest[] {
    return required.map(({ namespace, name, keys }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type: "Opaque",
      stringData: Object.fromEntries(keys.map(({ key }) => [key, this.#value(name, key)])),
    }));
  }

  /** The connection strings follow from the store's names; everything else is 24 random bytes. */
  #value(secret: string, key: string): string {
    const store = this.#fleet.stores.find((each) => `${each.name}-app` === secret);
    if (store?.engine === "postgresql") {
      const login = `${store.owner}:${this.#random(secret, "password")}`;
      if (key === "username") return store.owner;
      if (key === "uri") return `postgresql://${login}@${store.name}-rw:5432/${store.database}`;
      if (key === "read-uri") return `postgresql://${login}@${store.name}-ro:5432/${store.database}`;
    }
    return this.#random(secret, key);
  }

  #random(secret: string, key: string): string {
    const name = `${secret}/${key}`;
    const value = this.#values.get(name) ?? randomBytes(24).toString("base64url");
    this.#values.set(name, value);
    return value;
  }
}
