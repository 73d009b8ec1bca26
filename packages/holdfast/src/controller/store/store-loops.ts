import type { StoreStatus } from "../../api-contract/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import { FLEET_LABEL } from "../../core/render/kubernetes/index.ts";
import type { PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { AddressLookup, Cluster, DatabaseConnector, Log, PeerClusters } from "../../ports/index.ts";
import { Bell } from "../bell.ts";
import type { ControllerConfig } from "../config.ts";
import { following, repeat } from "../repeat.ts";
import type { Loop } from "../repeat.ts";
import { AgentLink } from "./agent-link.ts";
import { EndpointKeeper } from "./endpoint-keeper.ts";
import { followPodAddress } from "./pod-addresses.ts";
import { RequestKeeper } from "./request-keeper.ts";
import { StoreKeeper } from "./store-keeper.ts";

export interface StorePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly peers: PeerClusters;
  readonly databases: DatabaseConnector;
  readonly lookup: AddressLookup;
  readonly log: Log;
}

const RETRY_MS = 500;
/** Until the pod was heard of there is nothing to do; hearing rings the bell. */
const UNHEARD_MS = 60_000;

/** Everything that goes on at one site for one store: its keeper, where its pod is, where its writes go, and what people ask for. */
export class StoreLoops {
  readonly #ports: StorePorts;
  readonly #keeper: StoreKeeper;
  readonly #agent: AgentLink;
  readonly #endpoints: EndpointKeeper;
  readonly #pod: { readonly namespace: string; readonly name: string; readonly labelSelector: string };
  readonly #requests: RequestKeeper;
  readonly #bell = new Bell();
  readonly #requestBell = new Bell();
  #podIsKnown = false;

  constructor({ fleet, site }: ControllerConfig, store: PostgresqlStore, ports: StorePorts, onChange: () => void) {
    this.#ports = ports;
    this.#agent = new AgentLink(fleet, store, ports);
    this.#keeper = new StoreKeeper(fleet, store, site, { ...ports, database: this.#agent }, () => {
      this.#bell.ring();
      this.#requestBell.ring();
      onChange();
    });
    this.#requests = new RequestKeeper(fleet.objectives, store, site, this.#keeper, ports);
    this.#endpoints = new EndpointKeeper(fleet, store, site, this.#keeper, ports);
    this.#pod = {
      namespace: fleet.application.namespace,
      name: `${store.name}-0`,
      labelSelector: `app.kubernetes.io/name=${store.name},${FLEET_LABEL}=${fleet.name}`,
    };
  }

  status(): StoreStatus {
    return this.#keeper.status();
  }

  get name(): string {
    return this.#keeper.store.name;
  }

  /** The latest lease that is known to be decided. */
  get lease(): Lease | undefined {
    return this.#keeper.lease;
  }

  get isCutOff(): boolean {
    return this.#keeper.isCutOff;
  }

  get livingPrimary(): SiteName | undefined {
    return this.#keeper.livingPrimary;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { cluster, clock, log } = this.#ports;
    const endpoints: Loop = {
      name: `keeping the endpoints of ${this.#keeper.store.name}`,
      retryMs: RETRY_MS,
      bell: this.#bell,
      turn: async (until) => (this.#podIsKnown ? this.#endpoints.turn(this.#agent.podAddress, until) : UNHEARD_MS),
    };
    const onPod = (address: string | undefined) => {
      this.#podIsKnown = true;
      this.#agent.moved(address);
      this.#keeper.hurry();
      this.#bell.ring();
    };
    const pod = following(
      `following the pod ${this.#pod.name}`,
      (until, trouble) => followPodAddress(cluster, this.#pod, onPod, until, trouble),
      log,
    );
    const requests: Loop = {
      name: `doing what is asked for of ${this.#keeper.store.name}`,
      retryMs: RETRY_MS,
      bell: this.#requestBell,
      turn: (until) => this.#requests.turn(until),
    };
    const hearing = following(
      `following the requests for ${this.#keeper.store.name}`,
      (until, trouble) => this.#requests.follow(() => this.#requestBell.ring(), until, trouble),
      log,
    );
    await Promise.all([
      this.#keeper.run(signal),
      repeat(requests, clock, log, signal),
      repeat(hearing, clock, log, signal),
      repeat(pod, clock, log, signal),
      repeat(endpoints, clock, log, signal),
    ]);
  }
}
