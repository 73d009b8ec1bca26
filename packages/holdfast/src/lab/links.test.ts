import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Link } from "./links.ts";

const open: { close(): void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

async function echoServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, "127.77.0.2");
  await once(server, "listening");
  open.push({
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  });
  return (server.address() as AddressInfo).port;
}

async function linkTo(port: number): Promise<{ link: Link; dial: () => Promise<Socket> }> {
  const listen = { address: "127.77.9.1", port: 20_000 + Math.floor(Math.random() * 20_000) };
  const link = await Link.open([{ listen, target: { address: "127.77.0.2", port } }]);
  open.push(link);
  const dial = async (): Promise<Socket> => {
    const socket = connect(listen.port, listen.address);
    open.push({ close: () => socket.destroy() });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { link, dial };
}

async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer.toString();
}

it("carries bytes both ways", async () => {
  const { dial } = await linkTo(await echoServer());
  expect(await say(await dial(), "hello")).toBe("hello");
});

it("a cut link is silent and a healed one delivers what waited (R85)", async () => {
  const { link, dial } = await linkTo(await echoServer());
  const before = await dial();
  await say(before, "one");
  link.cut();
  const during = await dial();
  const answers: string[] = [];
  before.on("data", (data: Buffer) => answers.push(`before:${data.toString()}`));
  during.on("data", (data: Buffer) => answers.push(`during:${data.toString()}`));
  before.write("two");
  during.write("three");
  // A round trip over another link gives the cut one every chance to leak.
  const { dial: dialOther } = await linkTo(await echoServer());
  await say(await dialOther(), "x");
  expect(answers).toEqual([]);
  link.heal();
  await Promise.all([once(before, "data"), once(during, "data")]);
  expect(answers.sort()).toEqual(["before:two", "during:three"]);
});

it("a target that refuses resets the near end", async () => {
  const { dial } = await linkTo(1);
  const socket = await dial();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(socket.destroyed).toBe(true);
});

it("an end travels to the other side", async () => {
  const { dial } = await linkTo(await echoServer());
  const socket = await dial();
  socket.end("last words");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("last words");
});

it("never makes a connection that was given up while the link was cut, and makes the one that waits", async () => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined).on("data", (data: Buffer) => heard.push(data.toString()));
  });
  let made = 0;
  server.on("connection", () => (made += 1));
  server.listen(0, "127.77.0.2");
  await once(server, "listening");
  open.push({ close: () => server.close() });
  const { link, dial } = await linkTo((server.address() as AddressInfo).port);
  link.cut();
  for (const word of ["hello", ""]) {
    const impatient = await dial();
    if (word !== "") impatient.write(word);
    impatient.end();
    open.push({ close: () => impatient.destroy() });
  }
  const silent = await dial();
  const patient = await dial();
  patient.write("still here");
  link.heal();
  await expect.poll(() => heard).toEqual(["still here"]);
  await expect.poll(() => made).toBe(2);
  silent.write(", and so am I");
  await expect.poll(() => heard).toEqual(["still here", ", and so am I"]);
  expect(made).toBe(2);
});
