import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Connections, NoConnection } from "./connections.ts";

let server: Server | undefined;
let connections: Connections | undefined;
afterEach(async () => {
  await connections?.end();
  server?.close();
});

describe("connections to a database that was away", () => {
  it("are tried by one for all, not by a crowd", async () => {
    const port = await freePort();
    connections = new Connections(
      { name: "writes", connectionString: `postgres://someone@127.0.0.1:${port}/somewhere`, max: 5 },
      () => undefined,
    );
    const { use } = boundTo(connections);
    await expect(use()).rejects.toBeInstanceOf(NoConnection);

    let greeted = 0;
    server = createServer((socket) => {
      greeted += 1;
      socket.on("error", () => undefined);
      socket.once("data", () => socket.destroy());
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, use));
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "rejected"));
    expect(greeted).toBe(1);

    // What failed for all does not hold up the next.
    await expect(use()).rejects.toBeInstanceOf(NoConnection);
    expect(greeted).toBe(2);
  });
});

function boundTo(tested: Connections) {
  return { use: () => tested.use(2000, () => Promise.resolve("done")) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
