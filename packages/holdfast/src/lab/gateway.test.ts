import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Gateway } from "./gateway.ts";

const open: { close(): unknown }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Sites' ingresses all listen on one port of their own addresses; undefined is an address where nobody listens. */
async function sites(handlers: Readonly<Record<string, Handler>>): Promise<number> {
  let port = 0;
  for (const [address, handler] of Object.entries(handlers)) {
    const server: Server = createServer(handler);
    server.listen(port, address);
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    open.push({
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    });
  }
  return port;
}

async function gatewayTo(
  answer: readonly string[],
  ingressPort: number,
): Promise<{ url: string; gateway: Gateway; forgotten: string[] }> {
  const forgotten: string[] = [];
  const resolver = { lookup: () => Promise.resolve(answer), forget: (name: string) => forgotten.push(name) };
  const port = 30_000 + Math.floor(Math.random() * 20_000);
  const gateway = await Gateway.open({
    address: "127.78.1.1",
    port,
    host: "www.ratings.example",
    ingressPort,
    resolver,
  });
  open.push(gateway);
  return { url: `http://127.78.1.1:${port}`, gateway, forgotten };
}

const saying =
  (text: string): Handler =>
  (_, outgoing) =>
    void outgoing.end(text);

describe("the user's gateway", () => {
  it("goes where the name's answer says, under the application's name (R106)", async () => {
    const port = await sites({
      "127.78.0.1": (incoming, outgoing) => outgoing.end(`${incoming.headers.host ?? ""}${incoming.url ?? ""}`),
    });
    const { url } = await gatewayTo(["127.78.0.1"], port);
    expect(await (await fetch(`${url}/a?b`)).text()).toBe("www.ratings.example/a?b");
  });

  it("tries the next address when one does not connect, for writes too", async () => {
    const port = await sites({
      "127.78.0.1": (incoming, outgoing) => {
        incoming.pipe(outgoing);
      },
    });
    const { url, forgotten } = await gatewayTo(["127.78.0.9", "127.78.0.1"], port);
    expect(await (await fetch(url, { method: "POST", body: "five stars" })).text()).toBe("five stars");
    expect(forgotten).toEqual(["www.ratings.example"]);
  });

  it("repeats a read that was cut off, but never a write", async () => {
    const port = await sites({ "127.78.0.1": (incoming) => incoming.socket.destroy(), "127.78.0.2": saying("second") });
    const { url, gateway } = await gatewayTo(["127.78.0.1", "127.78.0.2"], port);
    expect(await (await fetch(url)).text()).toBe("second");
    const write = await fetch(url, { method: "POST", body: "once" });
    expect([write.status, await write.text()]).toEqual([502, expect.stringContaining("127.78.0.1")]);
    expect(gateway.counter.figures()).toMatchObject({ requests: 2, failures: 1 });
  });

  it("says so when nobody answers the name", async () => {
    const { url } = await gatewayTo([], 1);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      502,
      "holdfast lab: no site answers for www.ratings.example\n",
    ]);
  });

  it("opens a fresh connection when a kept one was closed meanwhile", async () => {
    let requests = 0;
    const port = await sites({
      "127.78.0.1": (incoming, outgoing) => {
        requests += 1;
        // The second request arrives on the kept connection, which this server then drops without an answer.
        if (requests === 2) incoming.socket.destroy();
        else outgoing.end(`request ${requests}`);
      },
    });
    const { url } = await gatewayTo(["127.78.0.1"], port);
    expect(await (await fetch(url)).text()).toBe("request 1");
    expect(await (await fetch(url)).text()).toBe("request 3");
  });
});
