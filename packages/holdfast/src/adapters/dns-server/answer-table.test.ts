import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordSet, Zone } from "../../core/traffic/index.ts";
import { decodeMessage, encodeMessage } from "../../dns-wire/index.ts";
import type { Message } from "../../dns-wire/index.ts";
import { compileZone, emptyTable } from "./answer-table.ts";
import type { AnswerTable } from "./answer-table.ts";
import { outOctets } from "./respond.ts";
import { slowAnswer } from "./slow-answer.ts";

const origin = "ratings.example";
const always = (name: string, ...records: RecordSet["alternatives"][0]["records"]): RecordSet => ({
  name,
  kind: records[0]!.kind,
  ttlSeconds: 5,
  alternatives: [{ weight: 1, records }],
});
const authority = always(origin, {
  kind: "SOA",
  primary: `ns1.${origin}`,
  mailbox: `hostmaster.${origin}`,
  serial: 1,
  refresh: 3600,
  retry: 600,
  expire: 604_800,
  minimum: 5,
});
const zone: Zone = {
  origin,
  authority,
  sets: [
    authority,
    always(origin, { kind: "NS", target: `ns1.${origin}` }, { kind: "NS", target: "ns.elsewhere.example" }),
    always(`ns1.${origin}`, { kind: "A", address: "192.0.2.53" }),
    always(`www.${origin}`, { kind: "A", address: "192.0.2.10" }, { kind: "A", address: "198.51.100.10" }),
    always(`alias.${origin}`, { kind: "CNAME", target: "lb.cloud.example" }),
    always(`a.deep.${origin}`, { kind: "A", address: "192.0.2.11" }),
    { name: `dark.${origin}`, kind: "A", ttlSeconds: 5, alternatives: [] },
    {
      name: `drawn.${origin}`,
      kind: "A",
      ttlSeconds: 5,
      alternatives: [1, 2, 3].map((n) => ({ weight: n, records: [{ kind: "A", address: `192.0.2.${n}` }] })),
    },
    {
      name: `many.${origin}`,
      kind: "A",
      ttlSeconds: 5,
      alternatives: [
        { weight: 1, records: Array.from({ length: 60 }, (_, i) => ({ kind: "A", address: `192.0.2.${i}` }) as const) },
      ],
    },
  ],
};

const query = (name: string, type = 1, extra: Partial<Message> = {}): Message => ({
  id: 0xbeef,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name, type, class: 1 }],
  answers: [],
  authorities: [],
  additionals: [],
  ...extra,
});

function askBytes(table: AnswerTable, bytes: Uint8Array, transport: "udp" | "tcp" = "udp"): Uint8Array | undefined {
  const out = Buffer.alloc(outOctets[transport]);
  const length = table.answer(Buffer.from(bytes), out, transport);
  return length === 0 ? undefined : Uint8Array.from(out.subarray(0, length));
}

function ask(
  message: Message,
  transport: "udp" | "tcp" = "udp",
  table = compileZone(zone, { next: () => 0 }),
): Message {
  const answer = askBytes(table, encodeMessage(message), transport);
  const decoded = decodeMessage(answer ?? new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.error.kind);
  return decoded.value;
}

const soa = [{ name: origin, data: { kind: "SOA" }, ttl: 5 }];

describe("an answer", () => {
  it("has the question as it was asked, its id, and is authoritative", () => {
    expect(ask(query("wWw.RATINGS.example"))).toMatchObject({
      id: 0xbeef,
      response: true,
      authoritative: true,
      recursionDesired: true,
      recursionAvailable: false,
      rcode: 0,
      questions: [{ name: "wWw.RATINGS.example" }],
      answers: [
        { name: "wWw.RATINGS.example", ttl: 5, data: { address: "192.0.2.10" } },
        { data: { address: "198.51.100.10" } },
      ],
    });
  });

  it("to a name without that type is empty, with the SOA (RFC 2308 2.2)", () => {
    for (const name of [`www.${origin}`, `deep.${origin}`, `dark.${origin}`]) {
      expect(ask(query(name, 28)), name).toMatchObject({ rcode: 0, answers: [], authorities: soa });
    }
    expect(ask(query(`dark.${origin}`))).toMatchObject({ rcode: 0, answers: [], authorities: soa });
  });

  it("to a name that does not exist says so, with the SOA (RFC 2308 2.1)", () => {
    for (const name of [`nope.${origin}`, `x.www.${origin}`]) {
      expect(ask(query(name)), name).toMatchObject({ rcode: 3, answers: [], authorities: soa });
    }
  });

  it("outside the zone, to transfers and to other classes is REFUSED", () => {
    for (const name of ["example", "badratings.example", "www.other.example", "."]) {
      expect(ask(query(name)), name).toMatchObject({ rcode: 5, authoritative: false, answers: [], authorities: [] });
    }
    expect(ask(query(origin, 252)).rcode).toBe(5);
    expect(ask(query(".", 16, { questions: [{ name: "version.bind", type: 16, class: 3 }] })).rcode).toBe(5);
  });

  it("names the servers with the address of those inside (RFC 1034 4.2.2)", () => {
    expect(ask(query(origin, 2))).toMatchObject({
      answers: [{ data: { target: `ns1.${origin}` } }, { data: { target: "ns.elsewhere.example" } }],
      additionals: [{ name: `ns1.${origin}`, data: { address: "192.0.2.53" } }],
    });
  });

  it("follows an alias for every type", () => {
    for (const type of [1, 5, 28, 255]) {
      expect(ask(query(`alias.${origin}`, type)).answers).toMatchObject([{ data: { target: "lb.cloud.example" } }]);
    }
  });

  it("to a question for everything is one set (RFC 8482)", () => {
    expect(ask(query(origin, 255)).answers).toMatchObject([{ data: { kind: "SOA" } }]);
  });

  it("is drawn by weight", () => {
    const drawnWith = (value: number) =>
      ask(query(`drawn.${origin}`), "udp", compileZone(zone, { next: () => value })).answers.map((each) => each.data);
    const at = [0, 0.16, 0.17, 0.49, 0.51, 0.999].map((value) => drawnWith(value)[0]);
    const expected = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3", "192.0.2.3"];
    expect(at).toEqual(expected.map((address) => ({ kind: "A", address })));
  });

  it("has EDNS exactly when the question has (RFC 6891 6.1.1)", () => {
    const edns = { udpPayloadBytes: 4096, version: 0, dnssecOk: true, options: [] };
    const cookie = { code: 10, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const given = { udpPayloadBytes: 1232, version: 0, dnssecOk: true, options: [] };
    expect(ask(query(`www.${origin}`)).edns).toBeUndefined();
    expect(ask(query(`www.${origin}`, 1, { edns })).edns).toEqual(given);
    expect(ask(query(`www.${origin}`, 1, { edns: { ...edns, options: [cookie] } })).edns).toEqual(given);
    expect(ask(query(`www.${origin}`, 1, { edns: { ...edns, version: 1 } }))).toMatchObject({ rcode: 16, answers: [] });
  });

  it("that is too long for UDP says so, and comes whole with EDNS or over TCP (RFC 1035 4.2.1)", () => {
    const long = query(`many.${origin}`);
    const edns = { udpPayloadBytes: 1232, version: 0, dnssecOk: false, options: [] };
    expect(ask(long)).toMatchObject({ truncated: true, answers: [], authorities: [] });
    expect(ask({ ...long, edns })).toMatchObject({ truncated: false, edns });
    expect(ask({ ...long, edns }).answers).toHaveLength(60);
    expect(ask(long, "tcp").answers).toHaveLength(60);
  });

  it("to what we do not do is NOTIMP, to what we cannot read FORMERR, to a response silence", () => {
    expect(ask(query(origin, 6, { opcode: 4 }))).toMatchObject({ rcode: 4, questions: [], opcode: 4 });
    expect(ask(query(origin, 6, { questions: [] })).rcode).toBe(1);
    expect(ask(query(origin, 6, { questions: [query("a").questions[0]!, query("b").questions[0]!] })).rcode).toBe(1);
    const table = compileZone(zone, { next: () => 0 });
    expect(askBytes(table, encodeMessage(query(origin, 6, { response: true })))).toBeUndefined();
    expect(askBytes(table, new Uint8Array(11))).toBeUndefined();
  });

  it("is REFUSED before a zone is published", () => {
    expect(ask(query(origin), "udp", emptyTable).rcode).toBe(5);
  });
});

describe("the table agrees with decode, search and encode", () => {
  const names = ["", "www.", "ns1.", "alias.", "a.deep.", "deep.", "dark.", "drawn.", "many.", "nope.", "x.www."];
  const mixedCase = (text: string, flips: readonly boolean[]) =>
    text.replace(/./g, (char, i: number) => (flips[i] ? char.toUpperCase() : char));
  const name = fc
    .tuple(
      fc.constantFrom(...names.map((left) => left + origin), "example", "other.example", "badratings.example", "."),
      fc.array(fc.boolean()),
    )
    .map(([text, flips]) => mixedCase(text, flips));
  const edns = fc.record({
    udpPayloadBytes: fc.constantFrom(0, 512, 600, 1232, 4096),
    version: fc.constantFrom(0, 0, 0, 1),
    dnssecOk: fc.boolean(),
    options: fc.array(fc.record({ code: fc.nat(20), bytes: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 2 }),
  });
  const message = fc
    .tuple(
      fc.record({
        name,
        type: fc.constantFrom(1, 2, 5, 6, 16, 28, 65, 90, 252, 255),
        class: fc.constantFrom(1, 1, 1, 3, 255),
      }),
      fc.record({ id: fc.nat(0xffff), recursionDesired: fc.boolean(), checkingDisabled: fc.boolean() }),
      fc.option(edns),
    )
    .map(([question, head, extra]) => query("", 1, { ...head, questions: [question], ...(extra && { edns: extra }) }));
  const transport = fc.constantFrom("udp" as const, "tcp" as const);
  const table = compileZone(zone, { next: () => 0.4 });
  /** With 0.4 of the weights 1, 2, 3 the second is drawn. */
  const draw = (weights: readonly number[]) => (weights.length > 1 ? 1 : 0);
  /** What the octets mean: names are compared without case, as DNS does, except the question's. */
  const meaning = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) return decoded.error;
    const { questions, ...rest } = decoded.value;
    return [questions, JSON.parse(JSON.stringify(rest).toLowerCase())];
  };

  it("for every kind of query", () => {
    fc.assert(
      fc.property(message, transport, (asked, over) => {
        const bytes = encodeMessage(asked);
        expect(meaning(askBytes(table, bytes, over))).toEqual(meaning(slowAnswer(zone, bytes, over, draw)));
      }),
      { numRuns: 2000 },
    );
  });

  it("for damaged queries", () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(3), (asked, at, octet, cut) => {
        const bytes = encodeMessage(asked);
        bytes[at % bytes.length] = octet;
        const damaged = bytes.slice(0, bytes.length - cut);
        expect(meaning(askBytes(table, damaged))).toEqual(meaning(slowAnswer(zone, damaged, "udp", draw)));
      }),
      { numRuns: 3000 },
    );
  });
});
