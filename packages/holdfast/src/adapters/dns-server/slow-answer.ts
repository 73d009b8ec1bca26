import type { Zone, ZoneRecord } from "../../core/traffic/index.ts";
import { decodeMessage, dnsClass, encodeMessage, opcode, rcode, recordType } from "../../dns-wire/index.ts";
import type { Message, Question, ResourceRecord } from "../../dns-wire/index.ts";

/**
 * The same answers as the table gives, in the obvious way: decode, search, encode. It is what the table is tested against,
 * and what the benchmark measures it against. `draw` chooses among a set's alternatives.
 */
export function slowAnswer(
  zone: Zone,
  bytes: Uint8Array,
  transport: "udp" | "tcp",
  draw: (weights: readonly number[]) => number,
): Uint8Array | undefined {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || (header.getUint16(2) & 0x8000) !== 0) return undefined;
  const bare = (code: number): Uint8Array =>
    encodeMessage({
      ...emptyResponse,
      id: header.getUint16(0),
      opcode: (header.getUint16(2) >> 11) & 0xf,
      recursionDesired: (header.getUint16(2) & 0x0100) !== 0,
      checkingDisabled: (header.getUint16(2) & 0x0010) !== 0,
      rcode: code,
    });
  if (((header.getUint16(2) >> 11) & 0xf) !== opcode.QUERY) return bare(rcode.NOTIMP);
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return bare(rcode.FORMERR);
  const query = decoded.value;
  const [question] = query.questions;
  if (question === undefined || query.questions.length > 1) return bare(rcode.FORMERR);
  const edns = query.edns && { udpPayloadBytes: 1232, version: 0, dnssecOk: query.edns.dnssecOk, options: [] };
  const response: Message = {
    ...emptyResponse,
    id: query.id,
    recursionDesired: query.recursionDesired,
    checkingDisabled: query.checkingDisabled,
    questions: [question],
    ...(edns && { edns }),
    ...(query.edns && query.edns.version > 0 ? { rcode: rcode.BADVERS } : resolve(zone, question, draw)),
  };
  const udpMax = query.edns ? Math.min(Math.max(query.edns.udpPayloadBytes, 512), 1232) : 512;
  return encodeMessage(response, transport === "tcp" ? 65_535 : udpMax);
}

type Resolution = Pick<Message, "rcode" | "authoritative" | "answers" | "authorities" | "additionals">;

const nothing = { answers: [], authorities: [], additionals: [] };
const emptyResponse: Message = {
  id: 0,
  response: true,
  opcode: opcode.QUERY,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: rcode.NOERROR,
  questions: [],
  ...nothing,
};

function resolve(zone: Zone, question: Question, draw: (weights: readonly number[]) => number): Resolution {
  const refused: Resolution = { rcode: rcode.REFUSED, authoritative: false, ...nothing };
  const name = question.name.replace(/[A-Z]/g, (capital) => capital.toLowerCase());
  const inZone = name === zone.origin || name.endsWith(`.${zone.origin}`);
  const transfer = question.type === recordType.AXFR || question.type === recordType.IXFR;
  if (question.class !== dnsClass.IN || !inZone || transfer) return refused;
  const given = zone.sets.filter((set) => set.name === name && set.alternatives.length > 0);
  const set =
    given.find(({ kind }) => recordType[kind] === question.type || kind === "CNAME") ??
    (question.type === recordType.ANY ? given[0] : undefined);
  const owned = (owner: string, ttl: number, records: readonly ZoneRecord[]): ResourceRecord[] =>
    records.map((data) => ({ name: owner, class: dnsClass.IN, ttl, data }));
  if (!set) {
    const exists = zone.sets.some((each) => each.name === name || each.name.endsWith(`.${name}`));
    const soa = zone.authority.alternatives.flatMap(({ records }) => records);
    return {
      ...nothing,
      rcode: exists || name === zone.origin ? rcode.NOERROR : rcode.NXDOMAIN,
      authoritative: true,
      authorities: owned(zone.origin, zone.authority.ttlSeconds, soa),
    };
  }
  const records = set.alternatives[draw(set.alternatives.map(({ weight }) => weight))]?.records ?? [];
  const glue = records.flatMap((record) =>
    record.kind === "NS" ? zone.sets.filter((each) => each.kind === "A" && each.name === record.target) : [],
  );
  return {
    ...nothing,
    rcode: rcode.NOERROR,
    authoritative: true,
    answers: owned(question.name, set.ttlSeconds, records),
    additionals: glue.flatMap((each) => owned(each.name, each.ttlSeconds, each.alternatives[0]?.records ?? [])),
  };
}
