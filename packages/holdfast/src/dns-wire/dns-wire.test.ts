import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpv6, isIpv4, parseIpv6 } from "./address.ts";
import { decodeMessage, encodeMessage, encodeRecords } from "./index.ts";
import type { Message, RecordData, ResourceRecord } from "./index.ts";
import { formatLabel, nameToWire, parseLabels } from "./name.ts";

const octets = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
/** Names of arbitrary octets, letters of both cases likely, up to about 200 octets. */
const label = fc.oneof(
  octets(1, 63),
  fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/).map((text) => new TextEncoder().encode(text)),
);
const name = fc
  .array(label, { maxLength: 3 })
  .map((labels) => (labels.length === 0 ? "." : labels.map(formatLabel).join(".")));
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const other = u16.filter((type) => ![1, 2, 5, 6, 16, 28, 41].includes(type));
const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ kind: fc.constant("A" as const), address: fc.ipV4() }),
  fc.record({ kind: fc.constant("AAAA" as const), address: octets(16, 16).map(formatIpv6) }),
  fc.record({ kind: fc.constant("NS" as const), target: name }),
  fc.record({ kind: fc.constant("CNAME" as const), target: name }),
  fc.record({
    kind: fc.constant("SOA" as const),
    primary: name,
    mailbox: name,
    serial: u32,
    refresh: u32,
    retry: u32,
    expire: u32,
    minimum: u32,
  }),
  fc.record({ kind: fc.constant("TXT" as const), strings: fc.array(octets(0, 255), { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant("other" as const), type: other, bytes: octets(0, 40) }),
);
const record: fc.Arbitrary<ResourceRecord> = fc.record({ name, class: u16, ttl: u32, data });
const records = fc.array(record, { maxLength: 4 });
const flags = {
  id: u16,
  response: fc.boolean(),
  opcode: fc.integer({ min: 0, max: 15 }),
  authoritative: fc.boolean(),
  truncated: fc.boolean(),
  recursionDesired: fc.boolean(),
  recursionAvailable: fc.boolean(),
  authenticData: fc.boolean(),
  checkingDisabled: fc.boolean(),
  questions: fc.array(fc.record({ name, type: u16, class: u16 }), { maxLength: 2 }),
  answers: records,
  authorities: records,
  additionals: records,
};
const edns = fc.record({
  udpPayloadBytes: u16,
  version: fc.integer({ min: 0, max: 255 }),
  dnssecOk: fc.boolean(),
  options: fc.array(fc.record({ code: u16, bytes: octets(0, 20) }), { maxLength: 3 }),
});
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ ...flags, rcode: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ ...flags, rcode: fc.integer({ min: 0, max: 4095 }), edns }),
);

const query: Message = {
  id: 0x1234,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: "wWw.Ratings.example", type: 1, class: 1 }],
  answers: [],
  authorities: [],
  additionals: [],
};

describe("messages", () => {
  it("come back from bytes as they went in, for every record type (RFC 1035 4.1, RFC 6891 6.1)", () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(decodeMessage(encodeMessage(original, 1 << 20))).toEqual({ ok: true, value: original });
      }),
      { numRuns: 300 },
    );
  });

  it("keep the case of a name, which resolvers compare (0x20)", () => {
    const decoded = decodeMessage(encodeMessage(query));
    expect(decoded.ok && decoded.value.questions[0]?.name).toBe("wWw.Ratings.example");
  });

  it("have the bytes that RFC 1035 4.1 draws", () => {
    const bytes = encodeMessage({ ...query, questions: [{ name: "a.b", type: 1, class: 1 }] });
    expect(Buffer.from(bytes).toString("hex")).toBe("123401000001000000000000" + "01610162000001" + "0001");
  });

  it("point to a name that stands there already (RFC 1035 4.1.4)", () => {
    const soa = { name: "example", class: 1, ttl: 1, data: { kind: "NS", target: "ns1.example" } } as const;
    const bytes = encodeMessage({ ...query, questions: [{ name: "example", type: 2, class: 1 }], answers: [soa] });
    expect(Buffer.from(bytes.slice(12 + 13)).toString("hex")).toBe(
      "c00c" + "00020001" + "00000001" + "0006" + "036e7331c00c",
    );
  });

  it("shed additional records first and then everything, with TC, where they are too long (RFC 2181 9)", () => {
    const a = (owner: string): ResourceRecord => ({
      name: owner,
      class: 1,
      ttl: 1,
      data: { kind: "A", address: "192.0.2.1" },
    });
    const many = Array.from({ length: 40 }, (_, i) => a(`host${i}.example`));
    const full = { ...query, response: true, answers: [a("example")], additionals: many };
    const shorter = decodeMessage(encodeMessage(full, 512));
    expect(shorter).toMatchObject({
      ok: true,
      value: { truncated: false, answers: [{ name: "example" }], additionals: [] },
    });
    const edns = { udpPayloadBytes: 1232, version: 0, dnssecOk: false, options: [] };
    const cut = decodeMessage(encodeMessage({ ...query, answers: many, edns }, 512));
    expect(cut).toMatchObject({ ok: true, value: { truncated: true, answers: [], edns, questions: query.questions } });
  });

  it("take a ready tail behind any spelling of the question", () => {
    const answer: ResourceRecord = { name: "www.example", class: 1, ttl: 5, data: { kind: "A", address: "192.0.2.1" } };
    const tail = encodeRecords("www.example", [answer]);
    const loose = encodeRecords(undefined, [answer, answer]);
    const behind = (bytes: Uint8Array, count: number, name: string) => {
      const head = encodeMessage({ ...query, questions: [{ name, type: 1, class: 1 }] });
      head[7] = count;
      const decoded = decodeMessage(Buffer.concat([head, bytes]));
      return decoded.ok ? decoded.value.answers : decoded.error;
    };
    expect(behind(tail, 1, "WWW.example")).toEqual([{ ...answer, name: "WWW.example" }]);
    expect(behind(loose, 2, "another.much.longer.name.example")).toEqual([answer, answer]);
  });
});

describe("hostile bytes", () => {
  it("are answered with a problem or a message, never with an exception", () => {
    fc.assert(
      fc.property(octets(0, 200), (bytes) => {
        expect(typeof decodeMessage(bytes).ok).toBe("boolean");
      }),
      { numRuns: 2000 },
    );
  });

  it("are survived where a good message was damaged or cut at any place", () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 0, max: 255 }), (original, at, octet) => {
        const bytes = encodeMessage(original, 1 << 20);
        expect(decodeMessage(bytes.slice(0, at % bytes.length)).ok).toBe(false);
        bytes[at % bytes.length] = octet;
        expect(typeof decodeMessage(bytes).ok).toBe("boolean");
      }),
      { numRuns: 300 },
    );
  });

  const header = (questions: number, extras = 0) => [0, 1, 0, 0, 0, questions, 0, 0, 0, 0, 0, extras];
  it.each([
    ["a pointer to itself", [...header(1), 0xc0, 12, 0, 1, 0, 1], "bad-pointer"],
    ["a pointer forward", [...header(1), 0xc0, 20, 0, 1, 0, 1], "bad-pointer"],
    ["two pointers in a circle", [...header(2), 1, 97, 0xc0, 19, 0, 1, 0, 0xc0, 12, 0, 1, 0, 1], "bad-pointer"],
    ["a label type that was never defined", [...header(1), 0x40, 0, 0, 1, 0, 1], "bad-label"],
    [
      "a name over 255 octets",
      [
        ...header(1),
        ...Array(5)
          .fill([63, ...Array(63).fill(97)])
          .flat(),
        0,
        0,
        1,
        0,
        1,
      ],
      "name-too-long",
    ],
    ["a count without items", header(9), "short"],
    ["octets behind the end", [...header(1), 0, 0, 1, 0, 1, 7], "trailing-bytes"],
    ["an A record of three octets", [...header(0, 1), 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3], "bad-rdata"],
    ["a TXT string longer than its record", [...header(0, 1), 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 9, 1], "bad-rdata"],
    ["two OPT records", [...header(0, 2), ...Array(2).fill([0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0]).flat()], "bad-opt"],
    ["an OPT record with half an option", [...header(0, 1), 0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 2, 0, 1], "bad-opt"],
  ])("%s is a problem", (_, bytes, kind) => {
    expect(decodeMessage(Uint8Array.from(bytes as number[]))).toMatchObject({ ok: false, error: { kind } });
  });
});

describe("names and addresses", () => {
  it("of any octets come back from their text (RFC 1035 5.1)", () => {
    fc.assert(
      fc.property(fc.array(octets(1, 63), { minLength: 1, maxLength: 3 }), (labels) => {
        expect(parseLabels(labels.map(formatLabel).join("."))).toEqual(labels);
      }),
    );
  });

  it.each(["", "..", "a..b", ".a", "a".repeat(64), "\\", "\\256", "münchen.example", `${"a".repeat(63)}.`.repeat(4)])(
    "%j is no name",
    (text) => {
      expect(parseLabels(text)).toBeUndefined();
    },
  );

  it("may end in a dot", () => {
    expect(nameToWire("a.b.")).toEqual(nameToWire("a.b"));
  });

  it.each([
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ])("%s is written %s (RFC 5952)", (text, canonical) => {
    const parsed = parseIpv6(text);
    expect(parsed && formatIpv6(parsed)).toBe(canonical);
  });

  it.each(["1:2:3", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7::8", "::1.2.3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"])(
    "%s is no IPv6 address",
    (text) => {
      expect(parseIpv6(text)).toBeUndefined();
    },
  );

  it("tells IPv4 addresses from names", () => {
    expect(["192.0.2.10", "0.0.0.0", "255.255.255.255"].every(isIpv4)).toBe(true);
    expect(["192.0.2", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4.", "a.example", ""].some(isIpv4)).toBe(false);
  });
});
