import type { ProbeSample } from "../core/health/index.ts";

/** Asks a site whether it can serve users. The real one is adapters/probes. */
export interface Prober {
  /** Never rejects: what cannot be asked is a failed sample. Ends with a failed sample when the signal aborts. */
  probe(target: ProbeTarget, signal: AbortSignal): Promise<TimedSample>;
}

export interface ProbeTarget {
  /** Where to connect: an address or a name, and never what users ask for. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The name users ask for: the Host header, and the server name in TLS. */
  readonly name: string;
  readonly path: string;
  /** From the first attempt to the last byte of the answer. */
  readonly timeoutMs: number;
}

export interface TimedSample extends ProbeSample {
  readonly latencyMs: number;
}
