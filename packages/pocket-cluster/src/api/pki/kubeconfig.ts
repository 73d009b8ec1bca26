import { renameSync, writeFileSync } from "node:fs";
import type { KeyPair } from "./certificate.ts";

export interface Kubeconfig {
  readonly cluster: string;
  readonly user: string;
  /** For example `https://127.21.0.1:6443`. */
  readonly server: string;
  /** PEM. */
  readonly authorityCertificate: string;
  readonly credential: { readonly certificate: KeyPair } | { readonly token: string };
  readonly namespace?: string;
}

/** A kubeconfig as JSON, which is YAML too, with the certificates inside: one file is all that a client needs. */
export function renderKubeconfig(config: Kubeconfig): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const name = `${config.user}@${config.cluster}`;
  const user =
    "token" in config.credential
      ? { token: config.credential.token }
      : {
          "client-certificate-data": base64(config.credential.certificate.certificate),
          "client-key-data": base64(config.credential.certificate.privateKey),
        };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: config.cluster,
        cluster: { server: config.server, "certificate-authority-data": base64(config.authorityCertificate) },
      },
    ],
    users: [{ name: config.user, user }],
    contexts: [
      {
        name,
        context: {
          cluster: config.cluster,
          user: config.user,
          ...(config.namespace === undefined ? {} : { namespace: config.namespace }),
        },
      },
    ],
    "current-context": name,
  };
  return `${JSON.stringify(kubeconfig, null, 2)}\n`;
}

/** Readable by its owner only; replaced in one step, so a reader never sees half of it. */
export function writeKubeconfig(file: string, config: Kubeconfig): void {
  const aside = `${file}.new`;
  writeFileSync(aside, renderKubeconfig(config), { mode: 0o600 });
  renameSync(aside, file);
}
