import type { Random } from "../../base/index.ts";
import type { Zone } from "../../core/traffic/index.ts";
import type { AnswerCount, NameServer } from "../../ports/index.ts";
import { compileZone, emptyTable } from "./answer-table.ts";
import { AnswerCounter } from "./answer-counter.ts";
import { serveTcp } from "./tcp.ts";
import type { TcpLimits } from "./tcp.ts";
import { serveUdp } from "./udp.ts";

export interface DnsServerOptions {
  readonly address: string;
  /** 0: any free one, the same for both transports. */
  readonly port: number;
  readonly random: Random;
  readonly tcp?: Partial<TcpLimits>;
  /** A socket's trouble after it was open; the server goes on. */
  readonly onError?: (error: Error) => void;
}

export interface DnsServer extends NameServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers one zone over UDP and TCP. Rejects when the address or port cannot be had, with neither left open. */
export async function serveDns(options: DnsServerOptions): Promise<DnsServer> {
  const { address, port, random, onError = () => undefined } = options;
  const counter = new AnswerCounter();
  let table = emptyTable;
  const answer = (query: Buffer, out: Buffer, transport: "udp" | "tcp"): number => {
    const length = table.answer(query, out, transport);
    counter.count(transport, length === 0 ? undefined : out);
    return length;
  };
  const tcp = await serveTcp({ address, port, answer, onError, limits: options.tcp ?? {} });
  const udp = await serveUdp({ address, port: tcp.port, answer, onError }).catch(async (error: unknown) => {
    await tcp.close();
    throw error;
  });
  return {
    port: tcp.port,
    publish: (zone: Zone) => (table = compileZone(zone, random)),
    counts: (): readonly AnswerCount[] => counter.counts(),
    close: async () => {
      await Promise.all([udp.close(), tcp.close()]);
    },
  };
}
