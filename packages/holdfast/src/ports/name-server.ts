import type { Zone } from "../core/traffic/index.ts";

/** Answers DNS queries from the zone that was published last. The real one is adapters/dns-server. */
export interface NameServer {
  /** From the next query on; before the first call every query is REFUSED. */
  publish(zone: Zone): void;
  /** Answers given so far by transport and rcode, for example `udp` and `NOERROR`; `dropped` for what got none. */
  counts(): readonly AnswerCount[];
}

export interface AnswerCount {
  readonly transport: "udp" | "tcp";
  readonly rcode: string;
  readonly count: number;
}
