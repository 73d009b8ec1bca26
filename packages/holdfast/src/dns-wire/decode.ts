import { err, ok } from "../base/index.ts";
import type { Result } from "../base/index.ts";
import { formatIpv6 } from "./address.ts";
import type { Edns, Message, Question, RecordData, ResourceRecord, WireProblem } from "./message.ts";
import { formatLabel, NAME_OCTETS_MAX } from "./name.ts";
import { recordType } from "./numbers.ts";

const HEADER_OCTETS = 12;

/** Bytes from the network to a message. Any bytes are answered with a value: nothing that arrives can throw or loop. */
export function decodeMessage(bytes: Uint8Array): Result<Message, WireProblem> {
  try {
    return ok(new Reader(bytes).message());
  } catch (error) {
    if (error instanceof Malformed) return err(error.problem);
    throw error;
  }
}

/** Leaves the reader's depth at once; never leaves this file. */
class Malformed extends Error {
  readonly problem: WireProblem;
  constructor(kind: WireProblem["kind"], offset: number) {
    super(kind);
    this.problem = { kind, offset };
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(): Message {
    const id = this.#u16();
    const flags = this.#u16();
    const counts = [this.#u16(), this.#u16(), this.#u16(), this.#u16()] as const;
    // Counts are promises by a stranger: each item is read before room for it exists, so 65,535 costs nothing.
    const questions = this.#times(counts[0], () => this.#question());
    const answers = this.#times(counts[1], () => this.#record());
    const authorities = this.#times(counts[2], () => this.#record());
    const extras = this.#times(counts[3], () => this.#record());
    if (this.#at !== this.#bytes.length) throw this.#malformed("trailing-bytes");
    const additionals = extras.filter((record) => typeOf(record) !== recordType.OPT);
    const opts = extras.filter((record) => typeOf(record) === recordType.OPT);
    if (opts.length > 1) throw this.#malformed("bad-opt");
    const opt = opts[0] && readOpt(opts[0]);
    if (opts[0] && !opt) throw this.#malformed("bad-opt");
    return {
      id,
      response: (flags & 0x8000) !== 0,
      opcode: (flags >> 11) & 0xf,
      authoritative: (flags & 0x0400) !== 0,
      truncated: (flags & 0x0200) !== 0,
      recursionDesired: (flags & 0x0100) !== 0,
      recursionAvailable: (flags & 0x0080) !== 0,
      authenticData: (flags & 0x0020) !== 0,
      checkingDisabled: (flags & 0x0010) !== 0,
      rcode: (flags & 0xf) | ((opt?.extendedRcode ?? 0) << 4),
      questions,
      answers,
      authorities,
      additionals,
      ...(opt && { edns: opt.edns }),
    };
  }

  #times<T>(count: number, read: () => T): readonly T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #question(): Question {
    return { name: this.#name(), type: this.#u16(), class: this.#u16() };
  }

  #record(): ResourceRecord {
    const name = this.#name();
    const type = this.#u16();
    const recordClass = this.#u16();
    const ttl = this.#u32();
    const length = this.#u16();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.#malformed("short");
    const data = this.#data(type, end);
    if (this.#at !== end) throw this.#malformed("bad-rdata");
    return { name, class: recordClass, ttl, data };
  }

  #data(type: number, end: number): RecordData {
    switch (type) {
      case recordType.A:
        return { kind: "A", address: this.#octets(4, end).join(".") };
      case recordType.AAAA:
        return { kind: "AAAA", address: formatIpv6(this.#octets(16, end)) };
      case recordType.NS:
        return { kind: "NS", target: this.#name() };
      case recordType.CNAME:
        return { kind: "CNAME", target: this.#name() };
      case recordType.SOA:
        return {
          kind: "SOA",
          primary: this.#name(),
          mailbox: this.#name(),
          serial: this.#u32(),
          refresh: this.#u32(),
          retry: this.#u32(),
          expire: this.#u32(),
          minimum: this.#u32(),
        };
      case recordType.TXT: {
        const strings: Uint8Array[] = [];
        do {
          const length = this.#octets(1, end)[0] ?? 0;
          strings.push(this.#octets(length, end));
        } while (this.#at < end);
        return { kind: "TXT", strings };
      }
      default:
        return { kind: "other", type, bytes: this.#octets(end - this.#at, end) };
    }
  }

  /**
   * A name, compressed or not (RFC 1035 4.1.4). Every pointer must lead to before the place where the current run of
   * labels began, and not into the header: so a chain of pointers only ever goes back, and no bytes can make a loop.
   */
  #name(): string {
    const labels: string[] = [];
    let octets = 1;
    let at = this.#at;
    let runStart = at;
    let jumped = false;
    for (;;) {
      const length = this.#bytes[at];
      if (length === undefined) throw new Malformed("short", at);
      if (length >= 0xc0) {
        const low = this.#bytes[at + 1];
        if (low === undefined) throw new Malformed("short", at);
        if (!jumped) this.#at = at + 2;
        jumped = true;
        const target = ((length & 0x3f) << 8) | low;
        if (target >= runStart || target < HEADER_OCTETS) throw new Malformed("bad-pointer", at);
        at = runStart = target;
      } else if (length > 63) {
        throw new Malformed("bad-label", at);
      } else if (length === 0) {
        if (!jumped) this.#at = at + 1;
        return labels.length === 0 ? "." : labels.join(".");
      } else {
        octets += 1 + length;
        if (octets > NAME_OCTETS_MAX) throw new Malformed("name-too-long", at);
        if (at + 1 + length > this.#bytes.length) throw new Malformed("short", at);
        labels.push(formatLabel(this.#bytes.subarray(at + 1, at + 1 + length)));
        at += 1 + length;
      }
    }
  }

  #octets(count: number, end: number): Uint8Array {
    if (this.#at + count > end) throw this.#malformed("bad-rdata");
    const octets = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += count;
    return octets;
  }

  #u16(): number {
    if (this.#at + 2 > this.#bytes.length) throw this.#malformed("short");
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  #u32(): number {
    if (this.#at + 4 > this.#bytes.length) throw this.#malformed("short");
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  #malformed(kind: WireProblem["kind"]): Malformed {
    return new Malformed(kind, this.#at);
  }
}

function typeOf(record: ResourceRecord): number {
  return record.data.kind === "other" ? record.data.type : recordType[record.data.kind];
}

/** RFC 6891 6.1.2-6.1.3: the class is the payload size; the TTL holds the upper rcode bits, the version and the flags. */
function readOpt(record: ResourceRecord): { edns: Edns; extendedRcode: number } | undefined {
  if (record.name !== "." || record.data.kind !== "other") return undefined;
  const { bytes } = record.data;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options: { code: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return undefined;
    const length = view.getUint16(at + 2);
    if (at + 4 + length > bytes.length) return undefined;
    options.push({ code: view.getUint16(at), bytes: bytes.slice(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  const edns = {
    udpPayloadBytes: record.class,
    version: (record.ttl >>> 16) & 0xff,
    dnssecOk: (record.ttl & 0x8000) !== 0,
    options,
  };
  return { edns, extendedRcode: record.ttl >>> 24 };
}
