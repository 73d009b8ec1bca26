import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RequestHandler } from "../../ports/index.ts";

const CONNECTIONS_MAX = 64;

/** Serves what a handler knows, to GET and HEAD. Rejects when the address or port cannot be had. */
export async function serveHttp(options: {
  readonly address: string;
  readonly port: number;
  readonly handle: RequestHandler;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const method = request.method ?? "";
    const [path = "/"] = (request.url ?? "/").split("?");
    const answer =
      method === "GET" || method === "HEAD"
        ? (options.handle(path) ?? { status: 404, contentType: "text/plain; charset=utf-8", body: "not found\n" })
        : { status: 405, contentType: "text/plain; charset=utf-8", body: "only GET and HEAD\n" };
    response.writeHead(answer.status, {
      "content-type": answer.contentType,
      "content-length": Buffer.byteLength(answer.body),
      "cache-control": "no-store",
      ...(answer.status === 405 && { allow: "GET, HEAD" }),
    });
    response.end(method === "HEAD" ? undefined : answer.body);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen({ host: options.address, port: options.port });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
