import type { Random } from "../../base/index.ts";
import type { RecordSet, Zone, ZoneRecord } from "../../core/traffic/index.ts";
import { dnsClass, encodeRecords, nameToWire, rcode, recordType } from "../../dns-wire/index.ts";
import type { ResourceRecord } from "../../dns-wire/index.ts";
import { answerWith, HEADER } from "./respond.ts";
import type { ReadyAnswer, Transport } from "./respond.ts";

/**
 * A zone's answers, encoded before anybody asks. A query is looked up by its question's bytes as they came (lower-cased
 * only where a capital was seen); the answer is the query's own header and question, so that id and 0x20 case come back
 * as sent, and behind it a ready tail whose names point to the question. No name is parsed and no object made for a
 * query that has an answer. docs/decisions/pre-encoded-answers.md says what that is worth.
 */
export interface AnswerTable {
  /** Writes the answer to `query` into `out` (`outOctets` long) and returns its length, or 0 where silence is right. */
  answer(query: Buffer, out: Buffer, transport: Transport): number;
}

interface Entry {
  readonly answers: readonly ReadyAnswer[];
  /** Upper bounds in [0, 1) to draw an answer with; empty where there is one. */
  readonly bounds: readonly number[];
}

/** Before the first zone is published nothing is ours to answer. */
export const emptyTable: AnswerTable = {
  answer: (query, out, transport) => answerWith(query, out, transport, () => undefined),
};

export function compileZone(zone: Zone, random: Random): AnswerTable {
  const compiled = new CompiledZone(zone, random);
  const find = (query: Buffer, end: number) => compiled.find(query, end);
  return { answer: (query, out, transport) => answerWith(query, out, transport, find) };
}

class CompiledZone {
  readonly #random: Random;
  /** By question: lower-cased name, type, class IN. */
  readonly #entries = new Map<string, Entry>();
  /** By name: what it gets for a type that it lacks. Every name that exists is here, also one with only names below it. */
  readonly #otherTypes = new Map<string, Entry>();
  readonly #noSuchName: Entry;
  readonly #originKey: string;

  constructor(zone: Zone, random: Random) {
    this.#random = random;
    this.#originKey = nameKey(zone.origin);
    this.#noSuchName = negativeEntry(rcode.NXDOMAIN, zone);
    const noData = negativeEntry(rcode.NOERROR, zone);
    for (const name of namesOf(zone)) {
      const given = zone.sets.filter((set) => set.name === name && set.alternatives.length > 0);
      const alias = given.find((set) => set.kind === "CNAME");
      this.#otherTypes.set(nameKey(name), alias ? positiveEntry(alias, zone) : noData);
      for (const set of given) this.#entries.set(questionKey(name, recordType[set.kind]), positiveEntry(set, zone));
      // RFC 8482: a question for everything gets something small, so that we are no lever against others.
      if (given[0]) this.#entries.set(questionKey(name, recordType.ANY), positiveEntry(given[0], zone));
    }
  }

  find(query: Buffer, end: number): ReadyAnswer | undefined {
    const entry = this.#entries.get(query.toString("latin1", HEADER, end)) ?? this.#findSlowly(query, end);
    return entry && this.#draw(entry);
  }

  /** What the first look-up did not find: capitals, types that a name lacks, names that do not exist, other zones. */
  #findSlowly(query: Buffer, end: number): Entry | undefined {
    const type = query.readUInt16BE(end - 4);
    if (query.readUInt16BE(end - 2) !== dnsClass.IN) return undefined;
    if (type === recordType.AXFR || type === recordType.IXFR) return undefined;
    // A length octet is at most 63, so none of them looks like a capital.
    const name = query.toString("latin1", HEADER, end - 4).replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
    const found = this.#entries.get(name + query.toString("latin1", end - 4, end));
    if (found) return found;
    return this.#isInZone(name) ? (this.#otherTypes.get(name) ?? this.#noSuchName) : undefined;
  }

  /** By whole labels: `badratings.example` is not in `ratings.example`. */
  #isInZone(name: string): boolean {
    const start = name.length - this.#originKey.length;
    if (start < 0 || !name.endsWith(this.#originKey)) return false;
    let at = 0;
    while (at < start) at += 1 + name.charCodeAt(at);
    return at === start;
  }

  #draw({ answers, bounds }: Entry): ReadyAnswer | undefined {
    if (bounds.length === 0) return answers[0];
    const drawn = this.#random.next();
    return answers[bounds.findIndex((bound) => drawn < bound)] ?? answers.at(-1);
  }
}

/** Every name of the zone and every name between one and the origin: those exist, too (RFC 8020). */
function namesOf(zone: Zone): ReadonlySet<string> {
  const names = new Set<string>([zone.origin]);
  for (const set of zone.sets) {
    if (!set.name.endsWith(`.${zone.origin}`)) continue;
    const below = set.name.slice(0, -zone.origin.length - 1).split(".");
    below.forEach((_, i) => names.add([...below.slice(i), zone.origin].join(".")));
  }
  return names;
}

function positiveEntry(set: RecordSet, zone: Zone): Entry {
  const sum = set.alternatives.reduce((total, { weight }) => total + weight, 0);
  let bound = 0;
  const bounds = set.alternatives.map(({ weight }) => (bound += weight / sum));
  const answers = set.alternatives.map(({ records }) =>
    readyAnswer(rcode.NOERROR, set.name, wireRecords(set, records), [], glueFor(records, zone)),
  );
  return { answers, bounds: answers.length > 1 ? bounds : [] };
}

/** RFC 2308 3: a "no" carries the SOA, from which a resolver learns how long to believe it. It stands behind any name. */
function negativeEntry(code: number, zone: Zone): Entry {
  const records = zone.authority.alternatives.flatMap((alternative) => alternative.records);
  return { answers: [readyAnswer(code, undefined, [], wireRecords(zone.authority, records), [])], bounds: [] };
}

function readyAnswer(
  code: number,
  question: string | undefined,
  answers: readonly ResourceRecord[],
  authorities: readonly ResourceRecord[],
  additionals: readonly ResourceRecord[],
): ReadyAnswer {
  const main = [...answers, ...authorities];
  return {
    rcode: code,
    authoritative: true,
    tail: encodeRecords(question, [...main, ...additionals]),
    shortLength: encodeRecords(question, main).length,
    answers: answers.length,
    authorities: authorities.length,
    additionals: additionals.length,
  };
}

function wireRecords(set: RecordSet, records: readonly ZoneRecord[]): readonly ResourceRecord[] {
  return records.map((data) => ({ name: set.name, class: dnsClass.IN, ttl: set.ttlSeconds, data }));
}

/** The addresses of the name servers that were answered, where they are in the zone. */
function glueFor(records: readonly ZoneRecord[], zone: Zone): readonly ResourceRecord[] {
  return records.flatMap((record) => {
    if (record.kind !== "NS") return [];
    const addresses = zone.sets.filter((set) => set.kind === "A" && set.name === record.target);
    return addresses.flatMap((set) => wireRecords(set, set.alternatives[0]?.records ?? []));
  });
}

function nameKey(name: string): string {
  return Buffer.from(nameToWire(name)).toString("latin1");
}

function questionKey(name: string, type: number): string {
  return nameKey(name) + String.fromCharCode(type >> 8, type & 0xff, dnsClass.IN >> 8, dnsClass.IN);
}
