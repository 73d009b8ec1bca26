import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Target } from "./service-table.ts";
import { TcpForwarder } from "./tcp-forwarder.ts";
import { UdpForwarder } from "./udp-forwarder.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function endpoint(serve: (socket: Socket) => void): Promise<Target> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

async function forwarder(...usable: readonly Target[]): Promise<TcpForwarder> {
  const created = await TcpForwarder.listen("127.0.0.1", 0);
  closers.push(() => created.close());
  created.update({ usable, all: usable });
  return created;
}

/** Everything that comes back, or the code of the error that ended it. */
async function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    let received = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
    socket.on("end", () => {
      socket.destroy();
      resolve(received);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.end(text);
  });
}

const dead: Target = { address: "127.60.254.254", port: 1 };

describe("TCP forwarding", () => {
  it("passes both directions on, each to its own end", async () => {
    // Answers only after the client has ended its half.
    const target = await endpoint((socket) => {
      let text = "";
      socket
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => socket.end(text.toUpperCase()));
    });
    const { port } = await forwarder(target);
    expect(await talk(port, "hello".repeat(100_000))).toBe("HELLO".repeat(100_000));
  });

  it("takes endpoints in turn and the next one when one refuses", async () => {
    const a = await endpoint((socket) => socket.end("a"));
    const b = await endpoint((socket) => socket.end("b"));
    const { port } = await forwarder(a, dead, b);
    const answers = [];
    for (let round = 0; round < 6; round += 1) answers.push(await talk(port, ""));
    expect(new Set(answers)).toEqual(new Set(["a", "b"]));
  });

  it("resets a connection that has nowhere to go", async () => {
    expect(await talk((await forwarder()).port, "x")).toBe("ECONNRESET");
    expect(await talk((await forwarder(dead)).port, "x")).toBe("ECONNRESET");
  });

  it("cuts what is connected to an endpoint that is gone, and leaves one that is only not ready", async () => {
    const target = await endpoint((socket) => socket.write("hello"));
    const created = await forwarder(target);
    const socket = connect({ host: "127.0.0.1", port: created.port });
    await new Promise((resolve) => socket.once("data", resolve));
    created.update({ usable: [], all: [target] });
    expect(socket.destroyed).toBe(false);
    const cut = new Promise((resolve) => socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code)));
    created.update({ usable: [], all: [] });
    expect(await cut).toBe("ECONNRESET");
  });
});

describe("UDP forwarding", () => {
  it("takes each client's datagrams to one endpoint and brings its answers back", async () => {
    const server = createSocket("udp4");
    const seen = new Set<number>();
    server.on("message", (message, { address, port }) => {
      seen.add(port);
      server.send(`echo ${message.toString()}`, port, address);
    });
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
    const created = await UdpForwarder.listen("127.0.0.1", 0);
    closers.push(
      () => created.close(),
      () => server.close(),
    );
    const target = { address: "127.0.0.1", port: server.address().port };
    created.update({ usable: [target], all: [target] });
    const ask = async (text: string, times: number): Promise<string[]> => {
      const client = createSocket("udp4");
      const answers: string[] = [];
      await new Promise<void>((resolve) => {
        client.on("message", (message) => {
          answers.push(message.toString());
          if (answers.length === times) resolve();
          else client.send(text, created.port, "127.0.0.1");
        });
        client.send(text, created.port, "127.0.0.1");
      });
      client.close();
      return answers;
    };
    expect(await ask("a", 3)).toEqual(["echo a", "echo a", "echo a"]);
    expect(await ask("b", 1)).toEqual(["echo b"]);
    // A session a client, not a datagram.
    expect(seen.size).toBe(2);
  });
});
