import { request as httpRequest } from "node:http";
import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "../../ports/index.ts";
import { errorOfAnswer, errorOfFailure } from "./answers.ts";
import { CredentialSource } from "./credentials.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** What is being done, for messages: `apply Deployment ratings/ratings-api`. */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that has not come after this is not waited for any longer. */
const ANSWER_TIMEOUT_MS = 15_000;
/** Larger than any page of a list that we ask for. */
const LARGEST_ANSWER_BYTES = 256 * 1024 * 1024;

/** JSON requests to one API server over kept connections. */
export class ApiClient {
  readonly #server: URL;
  readonly #credentials: CredentialSource;

  /** `load` reads the kubeconfig anew: for a token or certificate that was replaced. */
  constructor(server: string, load: () => KubeConfig) {
    this.#server = new URL(server);
    this.#credentials = new CredentialSource(load);
  }

  /** The parsed answer of a 2xx; everything else rejects with a ClusterError. */
  async send(request: ApiRequest): Promise<unknown> {
    const { status, text } = await this.#exchange(request);
    if (status < 200 || status > 299) throw errorOfAnswer(request.doing, status, text);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ClusterError("unreachable", `${request.doing}: the answer is not JSON`, { cause });
    }
  }

  /** A watch: the answer's stream, once the server has accepted it. It ends when the signal aborts. */
  async stream(request: ApiRequest & { readonly signal: AbortSignal }): Promise<IncomingMessage> {
    const response = await this.#open(request, ANSWER_TIMEOUT_MS);
    if (response.statusCode === 200) {
      // A peer that vanished without a word is found out by the kernel, whatever the server would have sent.
      response.socket.setKeepAlive(true, 10_000);
      return response;
    }
    throw errorOfAnswer(request.doing, response.statusCode ?? 0, await readText(response, request.doing));
  }

  close(): void {
    this.#credentials.close();
  }

  async #exchange(request: ApiRequest): Promise<{ readonly status: number; readonly text: string }> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    try {
      const response = await this.#open({ ...request, signal }, undefined);
      const text = await readText(response, request.doing);
      return { status: response.statusCode ?? 0, text };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (timeout.aborted) {
        throw new ClusterError("timeout", `${request.doing}: no answer within ${ANSWER_TIMEOUT_MS / 1000} s`, {
          cause: error,
        });
      }
      throw errorOfFailure(request.doing, error);
    }
  }

  /** Sends the request and waits for the answer's head; once more where a repetition does no harm. */
  async #open(request: ApiRequest, timeoutMs: number | undefined): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const { agent, headers } = await this.#credentials.get();
      const sent = this.#request(request, agent, headers);
      try {
        const response = await headOf(sent, timeoutMs);
        // A token that was replaced meanwhile: read it again, once.
        if (response.statusCode !== 401 || attempt > 1) return response;
        this.#credentials.expire();
        response.resume();
      } catch (error) {
        // The other kept connections are as old: when one leads nowhere, no later request should find that out of the next.
        if (sent.reusedSocket) endIdle(agent);
        // The server closed a kept connection just as we took it. Two of a POST could be two objects.
        const isStale = sent.reusedSocket && CLOSED.has((error as NodeJS.ErrnoException).code ?? "");
        if (!isStale || request.method === "POST" || attempt > 3)
          throw errorOfFailure(request.doing, error, request.signal);
      }
    }
  }

  #request(request: ApiRequest, agent: Agent, headers: Readonly<Record<string, string>>): ClientRequest {
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const options = {
      method: request.method,
      host: this.#server.hostname.replace(/^\[|\]$/g, ""),
      port: this.#server.port || (this.#server.protocol === "http:" ? 80 : 443),
      path: this.#server.pathname.replace(/\/$/, "") + request.path,
      agent,
      headers: {
        ...headers,
        Accept: "application/json",
        "User-Agent": "holdfast",
        ...(body === undefined
          ? {}
          : { "Content-Type": request.contentType ?? "application/json", "Content-Length": String(body.length) }),
      },
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    const sent = this.#server.protocol === "http:" ? httpRequest(options) : httpsRequest(options);
    sent.end(body);
    return sent;
  }
}

const CLOSED: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);

function endIdle({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flatMap((each) => each ?? [])) socket.destroy();
}

function headOf(sent: ClientRequest, timeoutMs: number | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => sent.destroy(new ClusterError("timeout", `no answer within ${timeoutMs / 1000} s`)),
            timeoutMs,
          );
    sent.once("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

async function readText(response: IncomingMessage, doing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) throw new ClusterError("invalid", `${doing}: the answer is too large`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
