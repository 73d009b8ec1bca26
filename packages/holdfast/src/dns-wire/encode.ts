import { assert } from "../base/index.ts";
import { parseIpv4, parseIpv6 } from "./address.ts";
import type { Edns, Message, RecordData, ResourceRecord } from "./message.ts";
import { formatLabel, parseLabels } from "./name.ts";
import { recordType } from "./numbers.ts";

const HEADER_OCTETS = 12;
/** A pointer has fourteen bits for its target (RFC 1035 4.1.4). */
const POINTER_TARGET_MAX = 0x3fff;

/**
 * A message to bytes, names compressed. Where it would pass `octetsMax` the additional records are left out, and where
 * that is not enough all records: then TC is set and the client asks again over TCP (RFC 2181 section 9).
 */
export function encodeMessage(message: Message, octetsMax = 0xffff): Uint8Array {
  for (const smaller of [
    message,
    { ...message, additionals: [] },
    { ...message, answers: [], authorities: [], additionals: [], truncated: true },
  ]) {
    const bytes = encode(smaller);
    if (bytes.length <= octetsMax) return bytes;
  }
  assert(false, "a question alone fits into every message");
}

/**
 * Records as they stand behind `question`: pointers to its name lead to octet 12, so the bytes can be put behind that
 * question however its letters were written. Without a question nothing is compressed, and they fit behind any.
 */
export function encodeRecords(question: string | undefined, records: readonly ResourceRecord[]): Uint8Array {
  const writer = new Writer(question !== undefined);
  writer.skip(HEADER_OCTETS);
  if (question !== undefined) writer.name(question);
  writer.u32(0);
  const start = writer.length;
  for (const record of records) writer.record(record);
  return writer.bytes().slice(start);
}

function encode(message: Message): Uint8Array {
  const writer = new Writer();
  const extended = message.rcode >> 4;
  assert(extended === 0 || message.edns !== undefined, "an extended rcode needs EDNS");
  writer.u16(message.id);
  writer.u16(
    (message.response ? 0x8000 : 0) |
      (message.opcode << 11) |
      (message.authoritative ? 0x0400 : 0) |
      (message.truncated ? 0x0200 : 0) |
      (message.recursionDesired ? 0x0100 : 0) |
      (message.recursionAvailable ? 0x0080 : 0) |
      (message.authenticData ? 0x0020 : 0) |
      (message.checkingDisabled ? 0x0010 : 0) |
      (message.rcode & 0xf),
  );
  writer.u16(message.questions.length);
  writer.u16(message.answers.length);
  writer.u16(message.authorities.length);
  writer.u16(message.additionals.length + (message.edns ? 1 : 0));
  for (const question of message.questions) {
    writer.name(question.name);
    writer.u16(question.type);
    writer.u16(question.class);
  }
  for (const section of [message.answers, message.authorities, message.additionals]) {
    for (const record of section) writer.record(record);
  }
  if (message.edns) writer.record(optRecord(message.edns, extended));
  return writer.bytes();
}

function optRecord(edns: Edns, extendedRcode: number): ResourceRecord {
  const options = new Writer();
  for (const option of edns.options) {
    options.u16(option.code);
    options.u16(option.bytes.length);
    options.octets(option.bytes);
  }
  return {
    name: ".",
    class: edns.udpPayloadBytes,
    ttl: ((extendedRcode << 24) | (edns.version << 16) | (edns.dnssecOk ? 0x8000 : 0)) >>> 0,
    data: { kind: "other", type: recordType.OPT, bytes: options.bytes() },
  };
}

/** Grows as needed; remembers where each suffix of a name was written so that a later name can point to it. */
class Writer {
  #buffer = new Uint8Array(512);
  #view = new DataView(this.#buffer.buffer);
  readonly #suffixes = new Map<string, number>();
  readonly #compress: boolean;
  length = 0;

  constructor(compress = true) {
    this.#compress = compress;
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.length);
  }

  skip(count: number): void {
    this.#room(count);
    this.length += count;
  }

  u16(value: number): void {
    this.#room(2);
    this.#view.setUint16(this.length, value);
    this.length += 2;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
  }

  octets(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Suffixes are matched with their case, so that a compressed name comes out as it went in. */
  name(text: string): void {
    const labels = parseLabels(text);
    assert(labels !== undefined, `${text} is a domain name`);
    for (let i = 0; i < labels.length; i++) {
      const suffix = labels.slice(i).map(formatLabel).join(".");
      const known = this.#suffixes.get(suffix);
      if (known !== undefined) {
        this.u16(0xc000 | known);
        return;
      }
      if (this.#compress && this.length <= POINTER_TARGET_MAX) this.#suffixes.set(suffix, this.length);
      const label = labels[i] ?? new Uint8Array();
      this.octets(Uint8Array.of(label.length, ...label));
    }
    this.octets(Uint8Array.of(0));
  }

  record(record: ResourceRecord): void {
    const { data } = record;
    this.name(record.name);
    this.u16(data.kind === "other" ? data.type : recordType[data.kind]);
    this.u16(record.class);
    this.u32(record.ttl);
    const lengthAt = this.length;
    this.u16(0);
    this.#data(data);
    this.#view.setUint16(lengthAt, this.length - lengthAt - 2);
  }

  #data(data: RecordData): void {
    switch (data.kind) {
      case "A":
        this.octets(parseIpv4(data.address));
        return;
      case "AAAA": {
        const octets = parseIpv6(data.address);
        assert(octets !== undefined, `${data.address} is an IPv6 address`);
        this.octets(octets);
        return;
      }
      case "NS":
      case "CNAME":
        this.name(data.target);
        return;
      case "SOA":
        this.name(data.primary);
        this.name(data.mailbox);
        for (const value of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) this.u32(value);
        return;
      case "TXT":
        assert(data.strings.length > 0, "a TXT record holds at least one string");
        for (const string of data.strings) {
          assert(string.length <= 255, "a TXT string has at most 255 octets");
          this.octets(Uint8Array.of(string.length, ...string));
        }
        return;
      case "other":
        this.octets(data.bytes);
        return;
    }
  }

  #room(count: number): void {
    if (this.length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.length + count));
    grown.set(this.#buffer);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
