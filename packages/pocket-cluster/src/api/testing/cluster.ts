import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStore } from "../../store/index.ts";
import type { ObjectStore } from "../../store/index.ts";
import type { ApiServer, ApiServerOptions } from "../index.ts";
import { openPki, startApiServer } from "../index.ts";
import type { Pki } from "../index.ts";
import { createClient } from "./client.ts";
import type { Client } from "./client.ts";

/** A store and an API server on a free port of a loopback address, for tests. */
export interface TestCluster {
  readonly store: ObjectStore;
  readonly pki: Pki;
  readonly api: ApiServer;
  /** In `system:masters`. */
  readonly admin: Client;
  /** With a certificate for `user`, or a token, or nothing. */
  client(credential: { readonly user?: string; readonly groups?: readonly string[]; readonly token?: string }): Client;
  close(): Promise<void>;
}

export async function startTestCluster(options: Partial<ApiServerOptions> = {}): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), "pocket-api-"));
  const { now = Date.now } = options;
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const store = options.store ?? createStore({ now, random });
  const pki = openPki({ directory, clusterName: "test", serverNames: ["127.0.0.1", "127.0.0.2"], now: Date.now });
  const api = await startApiServer({ pki, addresses: ["127.0.0.1"], port: 0, ...options, store });
  const clients: Client[] = [];
  const client: TestCluster["client"] = ({ user, groups = [], token }) => {
    const made = createClient({
      url: api.url,
      authorityCertificate: pki.authorityCertificate,
      ...(user === undefined ? {} : { certificate: pki.issueClientCertificate({ user, groups }) }),
      ...(token === undefined ? {} : { token }),
    });
    clients.push(made);
    return made;
  };
  return {
    store,
    pki,
    api,
    admin: client({ user: "admin", groups: ["system:masters"] }),
    client,
    close: async () => {
      await api.close();
      clients.forEach((each) => each.close());
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
