import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Target, Targets } from "./service-table.ts";

const CONNECT_TIMEOUT_MS = 2000;
/** More connections than this at once are refused, so that one Service cannot use up the site's file descriptors. */
const CONNECTIONS_MAX = 2048;

/** One listening port of a Service: passes each connection on to one of its endpoints, in turn. */
export class TcpForwarder {
  readonly #server: Server;
  readonly #open = new Map<Socket, Target>();
  #targets: Targets = { usable: [], all: [] };
  #turn = 0;

  /** Rejects when the address cannot be listened on. */
  static async listen(address: string, port: number): Promise<TcpForwarder> {
    const forwarder = new TcpForwarder();
    await new Promise<void>((resolve, reject) => {
      forwarder.#server.once("error", reject);
      forwarder.#server.listen({ host: address, port, backlog: 511 }, () => {
        forwarder.#server.off("error", reject);
        forwarder.#server.on("error", () => undefined); // A failed accept (no file descriptors) costs that connection only.
        resolve();
      });
    });
    return forwarder;
  }

  private constructor() {
    this.#server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      (client) => void this.#serve(client),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** New endpoints for new connections. What is connected to an endpoint that exists no more is cut, so that clients notice. */
  update(targets: Targets): void {
    this.#targets = targets;
    const present = new Set(targets.all.map(textOf));
    for (const [client, target] of this.#open) if (!present.has(textOf(target))) client.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    for (const client of this.#open.keys()) client.resetAndDestroy();
  }

  async #serve(client: Socket): Promise<void> {
    client.on("error", () => undefined);
    const { usable } = this.#targets;
    const first = this.#turn;
    this.#turn = (this.#turn + 1) % 0x7fffffff;
    for (let step = 0; step < usable.length; step += 1) {
      const target = usable[(first + step) % usable.length];
      const upstream = target && (await connected(target));
      if (target === undefined || upstream === undefined) continue;
      if (client.destroyed) {
        upstream.destroy();
        return;
      }
      this.#open.set(client, target);
      client.once("close", () => this.#open.delete(client));
      join(client, upstream);
      return;
    }
    client.resetAndDestroy();
  }
}

/** Bytes, the end of either direction, and resets pass through; a slow reader slows its writer. */
function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to);
    from.once("error", () => to.resetAndDestroy());
    from.once("close", () => to.destroy());
  }
  client.resume();
}

async function connected(target: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
    const fail = (): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(undefined);
    };
    const patience = setTimeout(fail, CONNECT_TIMEOUT_MS);
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(patience);
      socket.off("error", fail);
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

function textOf({ address, port }: Target): string {
  return `${address}:${port}`;
}
