import { decodeMessage, opcode, rcode, recordType } from "../../dns-wire/index.ts";

export type Transport = "udp" | "tcp";

/** What a question gets; `undefined`: it is not about our zone. The question is `query[HEADER..end)`. */
export type Find = (query: Buffer, end: number) => ReadyAnswer | undefined;

/** Bytes that stand behind a question, and what the header then says. `shortLength`: without the additional records. */
export interface ReadyAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly tail: Uint8Array;
  readonly shortLength: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

const noRecords = {
  authoritative: false,
  tail: new Uint8Array(),
  shortLength: 0,
  answers: 0,
  authorities: 0,
  additionals: 0,
};
const REFUSED: ReadyAnswer = { ...noRecords, rcode: rcode.REFUSED };
const BADVERS: ReadyAnswer = { ...noRecords, rcode: rcode.BADVERS };

/** Enough room for any answer over each transport. With EDNS over UDP we give what fits one packet (DNS flag day 2020). */
export const outOctets: Readonly<Record<Transport, number>> = { udp: 1232, tcp: 65_535 };

export const HEADER = 12;
const NAME_OCTETS_MAX = 255;
/** Over UDP without EDNS (RFC 1035 4.2.1). */
const UDP_OCTETS_CLASSIC = 512;
const OPT_OCTETS = 11;

/**
 * Judges a query, finds its answer and writes it. Returns its length, or 0 for bytes that get none: too short to have an
 * id, or themselves a response (two servers that answer each other's answers would never stop).
 */
export function answerWith(query: Buffer, out: Buffer, transport: Transport, find: Find): number {
  if (query.length < HEADER || ((query[2] ?? 0) & 0x80) !== 0) return 0;
  if ((((query[2] ?? 0) >> 3) & 0xf) !== opcode.QUERY) return headerOnly(query, out, rcode.NOTIMP);
  const end = questionEnd(query);
  const client = end === 0 ? undefined : readClient(query, end, transport);
  if (client === undefined) return headerOnly(query, out, rcode.FORMERR);
  if (client.ednsVersion > 0) return write(query, end, out, client, BADVERS);
  return write(query, end, out, client, find(query, end) ?? REFUSED);
}

/** Where the one question ends, or 0 if there is not exactly one that is whole. A question has no pointers. */
function questionEnd(query: Buffer): number {
  if (query.readUInt16BE(4) !== 1) return 0;
  let at = HEADER;
  for (;;) {
    const length = query[at];
    if (length === undefined || length > 63) return 0;
    at += 1 + length;
    if (at - HEADER > NAME_OCTETS_MAX) return 0;
    if (length === 0) return at + 4 <= query.length ? at + 4 : 0;
  }
}

/** What the asker can take. */
interface Client {
  readonly octetsMax: number;
  /** -1: no EDNS, so the answer has none either (RFC 6891 6.1.1). */
  readonly ednsVersion: number;
  readonly dnssecOk: boolean;
}

const PLAIN: Readonly<Record<Transport, Client>> = {
  udp: { octetsMax: UDP_OCTETS_CLASSIC, ednsVersion: -1, dnssecOk: false },
  tcp: { octetsMax: outOctets.tcp, ednsVersion: -1, dnssecOk: false },
};

/** Reads what stands behind the question; undefined where it is malformed. */
function readClient(query: Buffer, end: number, transport: Transport): Client | undefined {
  const nothingElse = query.readUInt32BE(6) === 0;
  const extras = query.readUInt16BE(10);
  if (nothingElse && extras === 0) return query.length === end ? PLAIN[transport] : undefined;
  if (nothingElse && extras === 1 && isPlainOpt(query, end)) {
    return clientOf(query.readUInt16BE(end + 3), query[end + 6] ?? 0, ((query[end + 7] ?? 0) & 0x80) !== 0, transport);
  }
  // Rare: EDNS options, signatures, records where a query has none.
  const message = decodeMessage(query);
  if (!message.ok) return undefined;
  const { edns } = message.value;
  return edns ? clientOf(edns.udpPayloadBytes, edns.version, edns.dnssecOk, transport) : PLAIN[transport];
}

/** One OPT record without options, as most resolvers send. */
function isPlainOpt(query: Buffer, at: number): boolean {
  if (query.length !== at + OPT_OCTETS) return false;
  return query[at] === 0 && query.readUInt16BE(at + 1) === recordType.OPT && query.readUInt16BE(at + 9) === 0;
}

function clientOf(udpPayloadBytes: number, ednsVersion: number, dnssecOk: boolean, transport: Transport): Client {
  const udpMax = Math.min(Math.max(udpPayloadBytes, UDP_OCTETS_CLASSIC), outOctets.udp);
  return { octetsMax: transport === "tcp" ? outOctets.tcp : udpMax, ednsVersion, dnssecOk };
}

function headerOnly(query: Buffer, out: Buffer, code: number): number {
  query.copy(out, 0, 0, 4);
  writeFlags(out, code, false);
  out.fill(0, 4, HEADER);
  return HEADER;
}

function write(query: Buffer, end: number, out: Buffer, client: Client, answer: ReadyAnswer): number {
  const { tail } = answer;
  const edns = client.ednsVersion >= 0;
  const room = client.octetsMax - end - (edns ? OPT_OCTETS : 0);
  const whole = tail.length <= room;
  const fits = answer.shortLength <= room;
  query.copy(out, 0, 0, end);
  writeFlags(out, answer.rcode, answer.authoritative);
  // Without the additional records an answer is still whole; without the others it says so, and TCP is asked (TC).
  if (!fits) out[2] = (out[2] ?? 0) | 0x02;
  out.writeUInt16BE(fits ? answer.answers : 0, 6);
  out.writeUInt16BE(fits ? answer.authorities : 0, 8);
  out.writeUInt16BE((whole ? answer.additionals : 0) + (edns ? 1 : 0), 10);
  const length = whole ? tail.length : fits ? answer.shortLength : 0;
  // Most tails are a few dozen octets, where a loop is faster than a call that copies.
  for (let i = 0; i < length; i++) out[end + i] = tail[i] ?? 0;
  if (!edns) return end + length;
  writeOpt(out, end + length, answer.rcode, client.dnssecOk);
  return end + length + OPT_OCTETS;
}

/** QR and the rcode; opcode, RD and CD as asked; AA as given; TC, RA and AD off. */
function writeFlags(out: Buffer, code: number, authoritative: boolean): void {
  out[2] = 0x80 | ((out[2] ?? 0) & 0x79) | (authoritative ? 0x04 : 0);
  out[3] = ((out[3] ?? 0) & 0x10) | (code & 0xf);
}

/** RFC 6891 6.1.2; DO comes back as sent (RFC 3225 3). */
function writeOpt(out: Buffer, at: number, code: number, dnssecOk: boolean): void {
  out[at] = 0;
  out.writeUInt16BE(recordType.OPT, at + 1);
  out.writeUInt16BE(outOctets.udp, at + 3);
  out[at + 5] = code >> 4;
  out[at + 6] = 0;
  out[at + 7] = dnssecOk ? 0x80 : 0;
  out[at + 8] = 0;
  out[at + 9] = 0;
  out[at + 10] = 0;
}
