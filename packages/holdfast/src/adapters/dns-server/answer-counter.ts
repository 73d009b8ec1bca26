import { rcode } from "../../dns-wire/index.ts";
import type { AnswerCount } from "../../ports/index.ts";
import type { Transport } from "./respond.ts";

const names = new Map<number, string>(Object.entries(rcode).map(([name, code]) => [code, name]));
/** Where a query got no answer. */
const DROPPED = 16;

/** Answers by transport and rcode: two small arrays, because it counts every query. */
export class AnswerCounter {
  readonly #counts: Readonly<Record<Transport, Float64Array>> = {
    udp: new Float64Array(17),
    tcp: new Float64Array(17),
  };

  /** `answer`: absent where there was none. An extended rcode counts by its lower bits. */
  count(transport: Transport, answer: Buffer | undefined): void {
    const at = answer === undefined ? DROPPED : (answer[3] ?? 0) & 0xf;
    this.#counts[transport][at] = (this.#counts[transport][at] ?? 0) + 1;
  }

  counts(): readonly AnswerCount[] {
    return (["udp", "tcp"] as const).flatMap((transport) =>
      Array.from(this.#counts[transport], (count, at) => ({
        transport,
        rcode: at === DROPPED ? "dropped" : (names.get(at) ?? String(at)),
        count,
      })).filter(({ count }) => count > 0),
    );
  }
}
