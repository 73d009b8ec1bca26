import { createSocket } from "node:dgram";
import { once } from "node:events";
import { outOctets } from "./respond.ts";
import type { Transport } from "./respond.ts";

interface UdpOptions {
  readonly address: string;
  readonly port: number;
  readonly answer: (query: Buffer, out: Buffer, transport: Transport) => number;
  readonly onError: (error: Error) => void;
}

/** Answers that the kernel has not taken yet; more queries are dropped, as a full socket buffer would. */
const PENDING_MAX = 512;
/** A burst is better kept by the kernel than lost while Node does something else; capped by net.core.rmem_max. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

export async function serveUdp({
  address,
  port,
  answer,
  onError,
}: UdpOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = createSocket({
    type: "udp4",
    recvBufferSize: RECEIVE_BUFFER_OCTETS,
    // An answer goes to an address, never to a name: without this, each send would wait for dns.lookup and a next tick.
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  // Listened for first: with a look-up that answers at once, so does bind.
  const listening = once(socket, "listening");
  socket.bind({ address, port, exclusive: true });
  await listening;
  socket.on("error", onError);

  // A buffer is used again only after PENDING_MAX others, so one that still waits in the socket is never overwritten.
  const buffers = Array.from({ length: PENDING_MAX }, () => Buffer.allocUnsafeSlow(outOctets.udp));
  let next = 0;
  socket.on("message", (query, from) => {
    // A forged source port of 0 cannot be answered.
    if (from.port === 0 || socket.getSendQueueCount() >= PENDING_MAX) return;
    const out = buffers[next] ?? Buffer.alloc(outOctets.udp);
    const length = answer(query, out, "udp");
    if (length === 0) return;
    next = (next + 1) % PENDING_MAX;
    socket.send(out, 0, length, from.port, from.address);
  });
  return {
    port: socket.address().port,
    close: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
