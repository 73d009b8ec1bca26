import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Zone } from "../../core/traffic/index.ts";
import { decodeMessage, encodeMessage } from "../../dns-wire/index.ts";
import { serveDns } from "./index.ts";
import type { DnsServer } from "./index.ts";

const origin = "ratings.example";
const authority: Zone["authority"] = {
  name: origin,
  kind: "SOA",
  ttlSeconds: 1,
  alternatives: [
    {
      weight: 1,
      records: [
        {
          kind: "SOA",
          primary: origin,
          mailbox: `h.${origin}`,
          serial: 1,
          refresh: 1,
          retry: 1,
          expire: 1,
          minimum: 1,
        },
      ],
    },
  ],
};
const zoneWith = (...addresses: string[]): Zone => ({
  origin,
  authority,
  sets: [
    authority,
    {
      name: `www.${origin}`,
      kind: "A",
      ttlSeconds: 1,
      alternatives: [{ weight: 1, records: addresses.map((address) => ({ kind: "A", address })) }],
    },
  ],
});
const queryBytes = (id: number) =>
  Buffer.from(
    encodeMessage({
      id,
      response: false,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: false,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name: `www.${origin}`, type: 1, class: 1 }],
      answers: [],
      authorities: [],
      additionals: [],
    }),
  );
const framed = (bytes: Buffer) => Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function serve(options: { connectionsMax?: number; idleMs?: number } = {}): Promise<DnsServer> {
  const server = await serveDns({ address: "127.0.0.1", port: 0, random: { next: () => 0 }, tcp: options });
  open.push(server);
  server.publish(zoneWith("192.0.2.10"));
  return server;
}

async function dial(server: DnsServer): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  open.push({ close: () => socket.destroy() });
  await once(socket, "connect");
  return socket;
}

/** Reads until `count` whole answers are there. */
async function readAnswers(socket: Socket, count: number): Promise<readonly number[]> {
  let bytes = Buffer.alloc(0);
  const ids: number[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      const end = 2 + bytes.readUInt16BE(0);
      const decoded = decodeMessage(bytes.subarray(2, end));
      if (decoded.ok) ids.push(decoded.value.id);
      bytes = bytes.subarray(end);
    }
    if (ids.length >= count) return ids;
  }
  return ids;
}

describe("over UDP", () => {
  it("answers an ordinary resolver, and a new zone from the next query on", async () => {
    const server = await serve();
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.port}`]);
    expect(await resolver.resolve4(`www.${origin}`)).toEqual(["192.0.2.10"]);
    server.publish(zoneWith("192.0.2.10", "198.51.100.10"));
    expect(await resolver.resolve4(`www.${origin}`)).toEqual(["192.0.2.10", "198.51.100.10"]);
    await expect(resolver.resolve4(`nope.${origin}`)).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(resolver.resolve6(`www.${origin}`)).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("www.example")).rejects.toMatchObject({ code: "EREFUSED" });
    expect(server.counts()).toContainEqual({ transport: "udp", rcode: "NOERROR", count: 3 });
    expect(server.counts()).toContainEqual({ transport: "udp", rcode: "NXDOMAIN", count: 1 });
  });

  it("survives bytes that are no query", async () => {
    const server = await serve();
    const socket = createSocket("udp4");
    open.push(socket);
    for (const bytes of [Buffer.of(1), Buffer.alloc(600, 0xff), Buffer.alloc(12)])
      socket.send(bytes, server.port, "127.0.0.1");
    const [answer] = (await once(socket, "message")) as [Buffer];
    expect(decodeMessage(answer)).toMatchObject({ value: { rcode: 1 } });
    socket.send(queryBytes(7), server.port, "127.0.0.1");
    const [next] = (await once(socket, "message")) as [Buffer];
    expect(decodeMessage(next)).toMatchObject({ value: { id: 7, answers: [{ data: { address: "192.0.2.10" } }] } });
  });
});

describe("over TCP (RFC 7766)", () => {
  it("answers several queries on one connection, however they are cut", async () => {
    const socket = await dial(await serve());
    const bytes = Buffer.concat([framed(queryBytes(1)), framed(queryBytes(2)), framed(queryBytes(3))]);
    const answers = readAnswers(socket, 3);
    for (const part of [bytes.subarray(0, 1), bytes.subarray(1, 40), bytes.subarray(40)]) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answers).toEqual([1, 2, 3]);
  });

  it("closes a connection on which no whole query arrives", async () => {
    const socket = await dial(await serve({ idleMs: 30 }));
    socket.write(Buffer.of(0));
    await once(socket, "close");
    expect(socket.destroyed).toBe(true);
  });

  it("takes no more connections than its limit", async () => {
    const server = await serve({ connectionsMax: 1 });
    const first = await dial(server);
    const second = await dial(server);
    second.on("error", () => undefined);
    await once(second, "close");
    first.write(framed(queryBytes(9)));
    expect(await readAnswers(first, 1)).toEqual([9]);
  });
});

it("leaves nothing open where its port is taken", async () => {
  const server = await serve();
  const again = serveDns({ address: "127.0.0.1", port: server.port, random: { next: () => 0 } });
  await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  const udp = createSocket("udp4");
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  open.push(udp);
  const { port } = udp.address();
  await expect(serveDns({ address: "127.0.0.1", port, random: { next: () => 0 } })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  const retry = connect(port, "127.0.0.1");
  await expect(once(retry, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
