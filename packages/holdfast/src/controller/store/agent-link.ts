import { AGENT_PORT, secretNames } from "../../core/render/kubernetes/index.ts";
import type { ControlledFleet, PostgresqlStore } from "../../core/spec/index.ts";
import type { Cluster, DatabaseConnector, DatabaseControl, DatabaseState, DesiredDatabase } from "../../ports/index.ts";

/** This site's database of one store, wherever its pod is now, with the token from its Secret. */
export class AgentLink implements DatabaseControl {
  readonly #namespace: string;
  readonly #store: PostgresqlStore;
  readonly #ports: { readonly cluster: Cluster; readonly databases: DatabaseConnector };
  #podAddress: string | undefined;
  #agent: { readonly address: string; readonly control: DatabaseControl } | undefined;

  constructor(
    fleet: Pick<ControlledFleet, "application">,
    store: PostgresqlStore,
    ports: { readonly cluster: Cluster; readonly databases: DatabaseConnector },
  ) {
    this.#namespace = fleet.application.namespace;
    this.#store = store;
    this.#ports = ports;
  }

  get podAddress(): string | undefined {
    return this.#podAddress;
  }

  moved(podAddress: string | undefined): void {
    this.#podAddress = podAddress;
  }

  state(signal: AbortSignal): Promise<DatabaseState> {
    return this.#ask((agent) => agent.state(signal), signal);
  }

  desire(desired: DesiredDatabase, signal: AbortSignal): Promise<DatabaseState> {
    return this.#ask((agent) => agent.desire(desired, signal), signal);
  }

  async #ask(request: (agent: DatabaseControl) => Promise<DatabaseState>, signal: AbortSignal): Promise<DatabaseState> {
    try {
      return await request(await this.#connect(signal));
    } catch (error) {
      // Next time with a connection and a token that are new: the pod or its Secret may be.
      this.#agent = undefined;
      throw error;
    }
  }

  async #connect(signal: AbortSignal): Promise<DatabaseControl> {
    const address = this.#podAddress;
    if (address === undefined) throw new Error(`the pod ${this.#store.name}-0 has no address yet`);
    if (this.#agent?.address === address) return this.#agent.control;
    const control = this.#ports.databases.connect({
      host: address,
      port: AGENT_PORT,
      token: await this.#token(signal),
    });
    this.#agent = { address, control };
    return control;
  }

  async #token(signal: AbortSignal): Promise<string> {
    const namespace = this.#namespace;
    const name = secretNames(this.#store.name).system;
    const secret = await this.#ports.cluster.get({ apiVersion: "v1", kind: "Secret", namespace, name }, signal);
    const encoded = (secret?.["data"] as Record<string, string> | undefined)?.["agent-token"];
    if (encoded === undefined) throw new Error(`the Secret ${namespace}/${name} has no agent-token`);
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  }
}
