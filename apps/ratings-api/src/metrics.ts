import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PoolState, WriteOutcome } from "./repository/contract.ts";

/** What Prometheus may see: counts and times, and never who rated or from where. */
export interface Metrics {
  observeRequest(method: string, route: string, status: number, seconds: number): void;
  observeWrite(outcome: WriteOutcome["kind"]): void;
  /** The exposition format and its content type. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function createMetrics(
  build: { readonly version: string; readonly site: string },
  pools: () => readonly PoolState[],
): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's head to the answer.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const writes = new Counter({
    name: "ratings_writes_total",
    help: "Writes to the database by what became of them.",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "ratings_database_connections",
    help: "Connections of each pool: open and idle ones, and requests that wait for one.",
    labelNames: ["pool", "state"],
    registers,
    collect() {
      for (const { name, open, idle, waiting } of pools()) {
        this.set({ pool: name, state: "open" }, open);
        this.set({ pool: name, state: "idle" }, idle);
        this.set({ pool: name, state: "waiting" }, waiting);
      }
    },
  });
  new Gauge({
    name: "ratings_api_build_info",
    help: "Always 1.",
    labelNames: ["version", "site", "node"],
    registers,
  }).set({ version: build.version, site: build.site, node: process.version }, 1);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });
  return {
    observeRequest(method, route, status, seconds) {
      const labels = { method, route, status };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    observeWrite: (outcome) => writes.inc({ outcome }),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
