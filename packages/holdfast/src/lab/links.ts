import { createServer, connect } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";

/** Of the event loop: one for the bytes, one for the end, and some for the bytes that did not fit. */
const TURNS_TO_SEE_AN_END = 4;

/** One direction of one port of a link: connections to `listen` come out at `target`. */
export interface LinkRoute {
  readonly listen: { readonly address: string; readonly port: number };
  readonly target: { readonly address: string; readonly port: number };
}

/**
 * The network between two sites, as TCP relays. A cut is silence, not a reset: bytes in flight wait, new connections get no
 * answer, and after a heal everything goes on, as TCP does over a cable that was pulled and put back.
 */
export class Link {
  readonly #servers: Server[] = [];
  readonly #pairs = new Set<Pair>();
  #up = true;

  static async open(routes: readonly LinkRoute[]): Promise<Link> {
    const link = new Link();
    try {
      for (const route of routes) await link.#listen(route);
    } catch (error) {
      link.close();
      throw error;
    }
    return link;
  }

  get up(): boolean {
    return this.#up;
  }

  cut(): void {
    this.#up = false;
    for (const pair of this.#pairs) pair.hold();
  }

  heal(): void {
    this.#up = true;
    for (const pair of this.#pairs) pair.release();
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const pair of this.#pairs) pair.destroy();
  }

  async #listen(route: LinkRoute): Promise<void> {
    // `pauseOnConnect`: nothing is read before the other end is connected, and nothing at all over a cut link.
    const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (near) => {
      const pair = new Pair(near, route.target, () => this.#pairs.delete(pair));
      this.#pairs.add(pair);
      if (this.#up) pair.open();
    });
    server.listen(route.listen.port, route.listen.address, 256);
    await once(server, "listening");
    this.#servers.push(server);
  }
}

/**
 * A connection through a link: the near end exists at once, the far end once the link first lets it through. An end or a
 * reset travels like data: over a cut link the other side learns of it only after the heal.
 */
class Pair {
  readonly #near: Socket;
  readonly #target: LinkRoute["target"];
  readonly #onGone: () => void;
  #far: Socket | undefined;
  #flowing = false;

  constructor(near: Socket, target: LinkRoute["target"], onGone: () => void) {
    this.#near = near;
    this.#target = target;
    this.#onGone = onGone;
    this.#watch(near);
  }

  open(): void {
    this.#far = this.#reach();
    this.release();
  }

  release(): void {
    this.#flowing = true;
    const far = this.#far;
    if (far === undefined) {
      void this.#openIfWanted();
      return;
    }
    if (this.#near.destroyed || far.destroyed) {
      this.destroy();
      return;
    }
    this.#near.pipe(far);
    far.pipe(this.#near);
  }

  /**
   * It was asked for while the link was cut. Whoever gave up since is not heard of at the far end: over a real cable its connection was
   * never made. That it gave up shows when the near end is read: its bytes, and then the end of them.
   */
  async #openIfWanted(): Promise<void> {
    const near = this.#near;
    const chunks: Buffer[] = [];
    const seen = { end: false };
    const onData = (chunk: Buffer) => chunks.push(chunk);
    const onEnd = () => (seen.end = true);
    near.on("data", onData).on("end", onEnd).resume();
    for (let turn = 0; turn < TURNS_TO_SEE_AN_END; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    near.off("data", onData).off("end", onEnd).pause();
    if (seen.end || near.destroyed) {
      this.destroy();
      return;
    }
    near.unshift(Buffer.concat(chunks));
    // Cut again meanwhile: the next heal finds out anew.
    if (this.#flowing) this.open();
  }

  hold(): void {
    this.#flowing = false;
    for (const socket of [this.#near, this.#far]) {
      socket?.unpipe();
      socket?.pause();
    }
  }

  /** A reset on both sides: a site that is gone does not say goodbye. */
  destroy(): void {
    for (const socket of [this.#near, this.#far]) if (socket?.destroyed === false) socket.resetAndDestroy();
    this.#onGone();
  }

  #reach(): Socket {
    const far = connect({ host: this.#target.address, port: this.#target.port, noDelay: true, allowHalfOpen: true });
    this.#watch(far);
    return far;
  }

  #watch(socket: Socket): void {
    socket.on("error", () => undefined); // "close" follows and says so.
    socket.on("close", (hadError) => {
      const other = socket === this.#near ? this.#far : this.#near;
      if (this.#flowing && hadError) this.destroy();
      if (other === undefined || other.destroyed) this.#onGone();
    });
  }
}
