import { randomBytes } from "node:crypto";
import { assert } from "../base/index.ts";
import type { RequiredSecret, SecretKey } from "../core/render/kubernetes/index.ts";
import type { SiteName } from "../core/spec/index.ts";
import type { Manifest } from "../ports/index.ts";
import { kubeconfigFor } from "./voter-login.ts";
import type { VoterLogin } from "./voter-login.ts";

/**
 * Plays the pipeline's part of putting secrets into the clusters: values made up once for this lab, the same at every site
 * (a standby must know the primary's passwords), kept nowhere but in the sites' own API servers. What only its owner
 * knows (`given`) is made up too: a lab has no business with real credentials.
 */
export class LabSecrets {
  readonly #madeUp = new Map<string, string>();
  readonly #logins = new Map<SiteName, VoterLogin>();

  /** The one thing that a voter's own API server makes: it has to be told before anything is made of it. */
  learnLogin(voter: SiteName, login: VoterLogin): void {
    this.#logins.set(voter, login);
  }

  manifests(required: readonly RequiredSecret[]): readonly Manifest[] {
    return required.map((secret) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret.name, namespace: secret.namespace },
      type: "Opaque",
      stringData: Object.fromEntries(secret.keys.map((key) => [key.key, this.#value(secret, key)])),
    }));
  }

  #value(secret: RequiredSecret, { key, source }: SecretKey): string {
    switch (source.kind) {
      case "fixed":
        return source.value;
      case "template":
        return source.template.replace(/\{([^}]+)\}/g, (whole, name: string) => {
          const other = secret.keys.find((each) => each.key === name);
          return other ? this.#value(secret, other) : whole;
        });
      case "peer-kubeconfig": {
        const login = this.#logins.get(source.voter);
        assert(login !== undefined, `the login at ${source.voter} is known`);
        return kubeconfigFor(source.server, login);
      }
      case "random":
      case "given":
        return this.#random(`${secret.namespace}/${secret.name}/${key}`);
    }
  }

  #random(name: string): string {
    const value = this.#madeUp.get(name) ?? randomBytes(32).toString("base64url");
    this.#madeUp.set(name, value);
    return value;
  }
}
