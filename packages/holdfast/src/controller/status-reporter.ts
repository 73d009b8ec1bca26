import { statusConfigMap, statusKey } from "../api-contract/index.ts";
import type { SiteStatus } from "../api-contract/index.ts";
import { elapsedMs } from "../base/index.ts";
import type { Clock, Instant } from "../base/index.ts";
import type { Cluster } from "../ports/index.ts";

/** Small figures such as lag change all the time: they are written this often, everything else at once. */
const FIGURES_MS = 10_000;
/** Changes that come together are written together. */
const LOOK_MS = 500;

/** The status of the last run, where it was kept and can be read. */
export async function readKeptStatus(cluster: Cluster, signal: AbortSignal): Promise<SiteStatus | undefined> {
  const kept = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", ...statusConfigMap }, signal);
  const text = (kept?.["data"] as Record<string, string> | undefined)?.[statusKey];
  if (text === undefined) return undefined;
  try {
    const status = JSON.parse(text) as Partial<SiteStatus>;
    return status.verdicts && Array.isArray(status.stores) ? (status as SiteStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the status where people, the lab and the next run of this controller find it. */
export class StatusReporter {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #status: () => SiteStatus;
  #written = { text: "", facts: "" };
  #writtenAt: Instant | undefined;

  constructor(cluster: Cluster, clock: Clock, status: () => SiteStatus) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#status = status;
  }

  async turn(signal: AbortSignal): Promise<number> {
    const status = this.#status();
    const text = JSON.stringify(status);
    const stores = status.stores.map((store) => ({ ...store, lag: {}, leaseMs: undefined, position: undefined }));
    const facts = JSON.stringify({ ...status, stores });
    const old = this.#writtenAt === undefined || elapsedMs(this.#writtenAt, this.#clock.now()) >= FIGURES_MS;
    if (facts === this.#written.facts && (text === this.#written.text || !old)) return LOOK_MS;
    const labels = { "app.kubernetes.io/managed-by": "holdfast-controller" };
    const metadata = { ...statusConfigMap, labels };
    await this.#cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { [statusKey]: text } }, signal);
    this.#written = { text, facts };
    this.#writtenAt = this.#clock.now();
    return LOOK_MS;
  }
}
