import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import type { Target, Targets } from "./service-table.ts";

/** A client that says nothing for this long is forgotten: a DNS exchange takes milliseconds. */
const IDLE_MS = 5000;
/** The client that was quiet for longest makes room. */
const SESSIONS_MAX = 512;

interface Session {
  readonly upstream: Socket;
  readonly target: Target;
  lastMs: number;
}

/** One UDP port of a Service: each client's datagrams go to one endpoint, whose answers go back to it. */
export class UdpForwarder {
  readonly #socket: Socket;
  /** By the client's address; in order of use, the quietest first. */
  readonly #sessions = new Map<string, Session>();
  readonly #sweep: NodeJS.Timeout;
  #targets: Targets = { usable: [], all: [] };
  #turn = 0;

  static async listen(address: string, port: number): Promise<UdpForwarder> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address, port, exclusive: true }, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new UdpForwarder(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (message, { address, port }) => this.#pass(message, address, port));
    this.#sweep = setInterval(() => this.#forgetIdle(), IDLE_MS);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  update(targets: Targets): void {
    this.#targets = targets;
    const usable = new Set(targets.usable.map(({ address, port }) => `${address}:${port}`));
    for (const [client, { target }] of this.#sessions)
      if (!usable.has(`${target.address}:${target.port}`)) this.#end(client);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const client of this.#sessions.keys()) this.#end(client);
    this.#socket.close();
  }

  #pass(message: Buffer, address: string, port: number): void {
    const client = `${address}:${port}`;
    const session = this.#sessions.get(client) ?? this.#begin(client, address, port);
    if (session === undefined) return; // No endpoint: nobody answers, as with a packet lost.
    this.#sessions.delete(client);
    this.#sessions.set(client, session);
    session.lastMs = performance.now();
    session.upstream.send(message, session.target.port, session.target.address);
  }

  #begin(client: string, address: string, port: number): Session | undefined {
    const { usable } = this.#targets;
    const target = usable[this.#turn++ % Math.max(usable.length, 1)];
    if (target === undefined) return undefined;
    const [quietest] = this.#sessions.keys();
    if (this.#sessions.size >= SESSIONS_MAX && quietest !== undefined) this.#end(quietest);
    const upstream = createSocket("udp4");
    upstream.on("error", () => this.#end(client));
    upstream.on("message", (answer, from) => {
      // Anyone may send to the port; only the endpoint is answering.
      if (from.address === target.address && from.port === target.port) this.#socket.send(answer, port, address);
    });
    return { upstream, target, lastMs: 0 };
  }

  #forgetIdle(): void {
    const oldest = performance.now() - IDLE_MS;
    for (const [client, { lastMs }] of this.#sessions) {
      if (lastMs > oldest) return;
      this.#end(client);
    }
  }

  #end(client: string): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    this.#sessions.delete(client);
    session.upstream.removeAllListeners("error").on("error", () => undefined);
    session.upstream.close();
  }
}
