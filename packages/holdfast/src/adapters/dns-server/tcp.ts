import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { outOctets } from "./respond.ts";
import type { Transport } from "./respond.ts";

export interface TcpLimits {
  /** More are closed at once: the oldest resolvers keep theirs. */
  readonly connectionsMax: number;
  /** From the connection's start, or from the last whole query, to the next whole query. */
  readonly idleMs: number;
}

interface TcpOptions {
  readonly address: string;
  readonly port: number;
  readonly answer: (query: Buffer, out: Buffer, transport: Transport) => number;
  readonly onError: (error: Error) => void;
  readonly limits: Partial<TcpLimits>;
}

/** RFC 7766: several queries a connection, answered in order, each behind its length; idle connections are closed. */
export async function serveTcp(options: TcpOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { connectionsMax = 128, idleMs = 10_000 } = options.limits;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serveConnection(socket, options.answer, idleMs);
  });
  server.maxConnections = connectionsMax;
  server.listen({ host: options.address, port: options.port, exclusive: true });
  await once(server, "listening");
  server.on("error", options.onError);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function serveConnection(socket: Socket, answer: TcpOptions["answer"], idleMs: number): void {
  // Not socket.setTimeout: an octet now and then would keep a connection open for ever.
  const deadline = setTimeout(() => socket.destroy(), idleMs);
  let received = Buffer.alloc(0);
  socket.on("close", () => clearTimeout(deadline));
  socket.on("error", () => socket.destroy());
  socket.on("drain", () => socket.resume());
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const { answers, rest, whole } = answerFrames(received, answer);
    // Copied, so that a few octets do not hold a large buffer.
    received = Buffer.from(rest);
    if (whole > 0) deadline.refresh();
    // A client that asks and does not read waits: its answers are never piled up here.
    if (answers.length > 0 && !socket.write(Buffer.concat(answers))) socket.pause();
  });
}

/** Answers every whole query in `bytes`: two octets of length, then the message (RFC 1035 4.2.2). */
function answerFrames(bytes: Buffer, answer: TcpOptions["answer"]): { answers: Buffer[]; rest: Buffer; whole: number } {
  const answers: Buffer[] = [];
  const out = Buffer.alloc(2 + outOctets.tcp);
  let at = 0;
  let whole = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    const length = answer(bytes.subarray(at + 2, end), out.subarray(2), "tcp");
    out.writeUInt16BE(length, 0);
    if (length > 0) answers.push(Buffer.from(out.subarray(0, 2 + length)));
    at = end;
    whole += 1;
  }
  return { answers, rest: bytes.subarray(at), whole };
}
