import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { serveDns } from "../adapters/dns-server/index.ts";
import type { DnsServer } from "../adapters/dns-server/index.ts";
import { buildZone } from "../core/traffic/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { SiteResolver } from "./resolver.ts";

const host = "www.ratings.example";
const site = (name: string, address: string): unknown => ({
  name,
  addresses: { ingress: { host: address, port: 80 }, peering: {} },
});
const fleet = {
  sites: [site("seattle", "127.21.0.2"), site("portland", "127.22.0.2")],
  traffic: { zone: "ratings.example", host, ttlSeconds: 1, hostmaster: "dns@ratings.example" },
} as unknown as Fleet;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function nameServer(...sites: string[]): Promise<DnsServer> {
  const server = await serveDns({ address: "127.79.0.1", port: 0, random: { next: () => 0 } });
  open.push(server);
  publish(server, sites);
  return server;
}

function publish(server: DnsServer, sites: readonly string[]): void {
  server.publish(buildZone(fleet, sites.length > 0 ? [{ weight: 1, sites: sites as readonly SiteName[] }] : []));
}

/** A name server of a frozen site: its socket takes queries and never answers. */
async function silentServer(): Promise<{ readonly port: number; readonly asked: () => number }> {
  const socket = createSocket("udp4");
  let queries = 0;
  socket.on("message", () => (queries += 1));
  socket.bind(0, "127.79.0.1");
  await once(socket, "listening");
  open.push(socket);
  return { port: socket.address().port, asked: () => queries };
}

const at = ({ port }: { readonly port: number }): string => `127.79.0.1:${port}`;

describe("the user's resolver", () => {
  it("keeps an answer for its time to live and asks again after it was forgotten", async () => {
    const server = await nameServer("seattle");
    const resolver = new SiteResolver([at(server)]);
    expect(await resolver.lookup(host)).toEqual(["127.21.0.2"]);
    publish(server, ["portland"]);
    expect(await resolver.lookup(host)).toEqual(["127.21.0.2"]);
    resolver.forget(host);
    expect(await resolver.lookup(host)).toEqual(["127.22.0.2"]);
  });

  it("moves past a silent server, once (R33)", async () => {
    const silent = await silentServer();
    const server = await nameServer("portland");
    const resolver = new SiteResolver([at(silent), at(server)]);
    expect(await resolver.lookup(host)).toEqual(["127.22.0.2"]);
    const asked = silent.asked();
    resolver.forget(host);
    expect(await resolver.lookup(host)).toEqual(["127.22.0.2"]);
    expect(silent.asked()).toBe(asked);
  });

  it("answers with nothing when the servers say so, or when none is there", async () => {
    const server = await nameServer();
    expect(await new SiteResolver([at(server)]).lookup(host)).toEqual([]);
    expect(await new SiteResolver([at({ port: 9 })]).lookup(host)).toEqual([]);
  });

  it("asks once for many requests at the same time", async () => {
    const server = await nameServer("seattle");
    const resolver = new SiteResolver([at(server)]);
    await Promise.all(Array.from({ length: 50 }, () => resolver.lookup(host)));
    expect(server.counts().reduce((sum, { count }) => sum + count, 0)).toBe(1);
  });
});
