import type { SiteStatus } from "../api-contract/index.ts";
import type { Clock, Random } from "../base/index.ts";
import type { Verdict } from "../core/health/index.ts";
import type { PostgresqlStore, SiteName } from "../core/spec/index.ts";
import type {
  AddressLookup,
  Cluster,
  DatabaseConnector,
  HttpAnswer,
  Log,
  NameServer,
  PeerClusters,
  Prober,
} from "../ports/index.ts";
import { Bell } from "./bell.ts";
import type { ControllerConfig } from "./config.ts";
import { DataBoard } from "./data-board.ts";
import { HealthBoard } from "./health-board.ts";
import { ProbeCounter, renderMetrics } from "./metrics.ts";
import { observeSite, probeTarget } from "./observe-site.ts";
import { repeat } from "./repeat.ts";
import type { Loop } from "./repeat.ts";
import { readKeptStatus, StatusReporter } from "./status-reporter.ts";
import { Steering } from "./steering.ts";
import { leaseHearsay } from "./store/lease-hearsay.ts";
import { StoreLoops } from "./store/store-loops.ts";

/** The controller's outside. `nameServer`: absent where somebody else answers DNS. */
export interface ControllerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly peers: PeerClusters;
  readonly prober: Prober;
  readonly databases: DatabaseConnector;
  readonly lookup: AddressLookup;
  readonly nameServer?: NameServer;
  readonly log: Log;
}

/** A cluster that does not answer at the start is not waited for longer: users are. */
const RESTORE_MS = 2000;
const RETRY_MS = 500;
/** Whatever changes what is answered rings the bell; only a site's return to step is waited for. */
const NOTHING_AHEAD_MS = 60_000;

/** One site's (or the witness's) controller: loops that share nothing but what they know. */
export class Controller {
  readonly #config: ControllerConfig;
  readonly #ports: ControllerPorts;
  readonly #health: HealthBoard;
  readonly #probes = new ProbeCounter();
  readonly #steering: Steering | undefined;
  readonly #data: DataBoard;
  readonly #stores: readonly StoreLoops[];
  readonly #hearsay: readonly Loop[];
  readonly #statusBell = new Bell();
  readonly #steeringBell = new Bell();
  #ready = false;

  constructor(config: ControllerConfig, ports: ControllerPorts) {
    const { fleet, site: self } = config;
    const { clock, log } = ports;
    this.#config = config;
    this.#ports = ports;
    this.#steering = ports.nameServer && new Steering(fleet, ports.nameServer, log);
    const sites = fleet.sites.map((site) => site.name);
    this.#health = new HealthBoard(sites, fleet.traffic.probe, clock, (site, { verdict, reason }) => {
      const tell = verdict === "up" ? "info" : "warn";
      log[tell](`${site} is ${verdict}`, { reason });
      this.#steer();
      this.#statusBell.ring();
    });
    const stores = fleet.stores.filter((store): store is PostgresqlStore => store.engine === "postgresql");
    const replicated = stores.filter(({ durability }) => durability === "replicated");
    this.#data = new DataBoard(replicated, clock);
    const isHere = ({ sites: homes }: PostgresqlStore) => homes.includes(self);
    this.#stores = stores.filter(isHere).map((store) => new StoreLoops(config, store, ports, () => this.#hear()));
    const elsewhere = replicated.filter((store) => !isHere(store));
    this.#hearsay = elsewhere.map(({ name }) =>
      leaseHearsay(name, self, ports, (lease) => {
        if (this.#data.see(name, lease)) this.#steeringBell.ring();
      }),
    );
  }

  /** Resolves when the signal aborts and everything has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#restore(signal);
    this.#steer();
    this.#ready = true;
    const { clock, log, cluster } = this.#ports;
    const reporter = new StatusReporter(cluster, clock, () => this.status());
    const report: Loop = {
      name: "writing the status",
      retryMs: RETRY_MS,
      bell: this.#statusBell,
      turn: (until) => reporter.turn(until),
    };
    const steer: Loop = {
      name: "steering",
      retryMs: RETRY_MS,
      bell: this.#steeringBell,
      turn: () => {
        // Asked first: what comes into step between the two looks is steered by now, or waited for.
        const restMs = this.#data.restMs() ?? NOTHING_AHEAD_MS;
        this.#steer();
        return Promise.resolve(restMs);
      },
    };
    await Promise.all([
      ...this.#config.fleet.sites.map((site) => this.#observe(site, signal)),
      ...this.#stores.map((store) => store.run(signal)),
      ...[report, steer, ...this.#hearsay].map((loop) => repeat(loop, clock, log, signal)),
    ]);
  }

  status(): SiteStatus {
    return {
      site: this.#config.site,
      role: this.#config.role,
      verdicts: this.#health.verdicts(),
      answers: this.#steering?.answers() ?? {},
      stores: this.#stores.map((store) => store.status()),
    };
  }

  /** The HTTP API: for kubelets, Prometheus and people inside the cluster. It knows no secret. */
  handle(path: string): HttpAnswer | undefined {
    const plain = (status: number, body: string) => ({ status, contentType: "text/plain; charset=utf-8", body });
    switch (path) {
      case "/livez":
        return plain(200, "ok\n");
      case "/readyz":
        return this.#ready ? plain(200, "ok\n") : plain(503, "not answering yet\n");
      case "/metrics": {
        const body = renderMetrics(this.status(), this.#probes, this.#ports.nameServer?.counts() ?? []);
        return { status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body };
      }
      case "/v1/status":
        return { status: 200, contentType: "application/json", body: `${JSON.stringify(this.status())}\n` };
      default:
        return undefined;
    }
  }

  #hear(): void {
    for (const { name, lease } of this.#stores) if (lease) this.#data.see(name, lease);
    this.#steeringBell.ring();
    this.#statusBell.ring();
  }

  #steer(): void {
    const answersChanged = this.#steering?.follow(
      (site) => this.#verdictOn(site),
      (site) => this.#data.isInStep(site),
    );
    if (answersChanged) this.#statusBell.ring();
  }

  /**
   * An observer that cannot reach a majority does not judge the others alone: they may be well, and what it says of itself is worth
   * less than what they decided without it. So it names them instead of itself. Nor does one judge the primary's site that is out of step with it
   * while the lease moves: what both have in common may be no more than a link that is cut.
   */
  #verdictOn(site: SiteName): Verdict {
    const verdict = this.#health.verdictOn(site);
    const { site: self } = this.#config;
    if (this.#stores.some((store) => store.isCutOff)) {
      if (site === self) return "down";
      return verdict === "down" ? "unknown" : verdict;
    }
    const mayLive = this.#stores.some(({ livingPrimary }) => livingPrimary === site) && !this.#data.isInStep(self);
    return verdict === "down" && mayLive ? "unknown" : verdict;
  }

  async #observe(site: ControllerConfig["fleet"]["sites"][number], signal: AbortSignal): Promise<void> {
    const { fleet, site: self } = this.#config;
    const target = probeTarget(fleet, self, site);
    if (!target) return;
    const onSample = (sample: Parameters<ProbeCounter["record"]>[1]) => {
      this.#probes.record(site.name, sample);
      this.#health.record(site.name, sample);
    };
    const { intervalMs } = fleet.traffic.probe;
    await observeSite(target, () => this.#health.paceMs(site.name, intervalMs), this.#ports, onSample, signal);
  }

  /** Starts from what was known before, so that a restart of this pod is no reason to answer differently. */
  async #restore(signal: AbortSignal): Promise<void> {
    const { clock, cluster, log } = this.#ports;
    const give = new AbortController();
    const reading = readKeptStatus(cluster, give.signal).catch((error: unknown) => {
      log.warn("starting without the last status", { reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    });
    const kept = await Promise.race([reading, clock.sleep(RESTORE_MS, signal)]);
    give.abort();
    if (!kept) return;
    this.#health.restore(kept.verdicts);
  }
}
