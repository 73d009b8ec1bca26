import { Agent, request } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { KeyPair } from "../pki/index.ts";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The body as JSON, or as text where it is none. */
  readonly body: unknown;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** A plain HTTPS client, so that tests see exactly what goes over the wire. */
export interface Client {
  (path: string, ask?: Ask): Promise<Reply>;
  /** The lines of a stream, decoded as JSON, for as long as the caller reads them. */
  stream(
    path: string,
    ask?: Ask,
  ): Promise<{ readonly response: IncomingMessage; readonly lines: AsyncGenerator<unknown, void> }>;
  close(): void;
}

export interface ClientOptions {
  readonly url: string;
  readonly authorityCertificate: string;
  readonly certificate?: KeyPair;
  readonly token?: string;
}

export function createClient({ url, authorityCertificate, certificate, token }: ClientOptions): Client {
  const agent = new Agent({
    keepAlive: true,
    ca: authorityCertificate,
    ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.privateKey }),
  });
  const credentials = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const send = (path: string, { method = "GET", headers = {}, body }: Ask): ClientRequest => {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const payload = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
    const type = {
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      // Node would send a DELETE's body without saying how long it is.
      ...(payload === undefined || "transfer-encoding" in headers
        ? {}
        : { "content-length": String(Buffer.byteLength(payload)) }),
    };
    const sent = request(`${url}${path}`, { agent, method, headers: { ...credentials, ...type, ...headers } });
    sent.end(payload);
    return sent;
  };
  const responseTo = (sent: ClientRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => sent.once("response", resolve).once("error", reject));

  const client = async (path: string, ask: Ask = {}): Promise<Reply> => {
    const response = await responseTo(send(path, ask));
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) };
  };
  return Object.assign(client, {
    stream: async (path: string, ask: Ask = {}) => {
      const response = await responseTo(send(path, ask));
      return { response, lines: linesOf(response) };
    },
    close: () => agent.destroy(),
  });
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<unknown, void> {
  let rest = "";
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
