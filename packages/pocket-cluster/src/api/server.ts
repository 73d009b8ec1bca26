import { setMaxListeners } from "node:events";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { ApiError } from "../store/index.ts";
import { authentication, bootstrap, impersonated, roleBasedAuthorizer, serviceAccountTokens } from "./access/index.ts";
import type { Authenticate } from "./access/index.ts";
import type { Answer } from "./answer.ts";
import { errorAnswer } from "./answer.ts";
import { readBody } from "./body.ts";
import type { Call, Cluster, ComputedResource } from "./context.ts";
import type { ApiServer, ApiServerOptions } from "./contract.ts";
import { discovery } from "./discovery.ts";
import { metricsResources } from "./metrics.ts";
import { acceptedOf } from "./negotiation.ts";
import { openApi } from "./openapi.ts";
import { answerPath } from "./paths.ts";
import { answerResource } from "./resources.ts";
import { reviewResources } from "./reviews.ts";
import { parseTarget } from "./target.ts";

const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** Longer than clients keep an idle connection, so that it is they who close it and never find it closed under a request. */
const KEEP_ALIVE_MS = 180_000;
const CONNECTIONS_MAX = 4096;
const CERTIFICATE_CHECK_EVERY_MS = 12 * 3_600_000;

/** Serves the Kubernetes API over HTTPS until it is closed. The store gets its namespaces and default roles if it lacks them. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, pki, extensions = {}, flushed = () => Promise.resolve(), now = Date.now } = options;
  bootstrap(store);
  await flushed();

  const closing = new AbortController();
  // Every watch listens for the end; their number is limited by that of connections.
  setMaxListeners(CONNECTIONS_MAX, closing.signal);
  const authorizer = roleBasedAuthorizer(store);
  const cluster: Cluster = {
    store,
    authorizer,
    tokens: serviceAccountTokens(pki.tokenKey, store, now),
    extensions,
    now,
    serverAddress: () => `${options.addresses[0] ?? ""}:${port}`,
    closing: closing.signal,
  };
  const answer = router(cluster);
  const authenticate = authentication(cluster.tokens);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(request, response, async () => {
      const result = await answer(callOf(request, authenticate));
      // Whoever is told that his write was taken may rely on it.
      if (request.method !== "GET") await flushed();
      return result;
    });
  };

  const servers = options.addresses.map(() => createTlsServer(options, handle));
  const renewal = setInterval(
    () => servers.forEach((server) => server.setSecureContext(secureContext(options))),
    CERTIFICATE_CHECK_EVERY_MS,
  );
  renewal.unref();
  const close = async (): Promise<void> => {
    clearInterval(renewal);
    closing.abort();
    authorizer.close();
    await Promise.all(servers.map(closeServer));
  };

  let port = options.port;
  try {
    for (const [index, server] of servers.entries()) port = await listen(server, options.addresses[index] ?? "", port);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `https://${cluster.serverAddress()}`, port, close };
}

function router(cluster: Cluster): (call: Call) => Promise<Answer> {
  const { metrics } = cluster.extensions;
  const computed: readonly ComputedResource[] = [
    ...reviewResources(cluster),
    ...(metrics === undefined ? [] : metricsResources(cluster.store, metrics)),
  ];
  const byPath = new Map(
    computed.map((each) => [`${each.type.group}/${each.type.version}/${each.type.resource}`, each]),
  );
  const served = discovery(cluster.store, computed);
  const schemas = openApi(cluster.store);
  return async (call) => {
    const user = impersonated(call.headers, call.user, cluster.authorizer);
    const target = parseTarget(call.path);
    return target.kind === "path"
      ? answerPath(cluster, served, schemas, { ...call, user })
      : answerResource(cluster, byPath, { ...call, user }, target);
  };
}

function callOf(request: IncomingMessage, authenticate: Authenticate): Call {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: request.headers,
    user: authenticate(request),
    accepted: acceptedOf(request.headers.accept),
    body: () => readBody(request),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<Answer>,
): Promise<void> {
  try {
    const result = await answer();
    if (result.kind === "stream") await result.run(response);
    else send(request, response, result);
  } catch (error) {
    const failure = errorAnswer(apiErrorOf(error));
    if (failure.kind === "text" && !response.headersSent) send(request, response, failure);
    else response.destroy();
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Extract<Answer, { kind: "text" }>): void {
  if (response.destroyed) return;
  // A body that was refused unread would have to be read to its end before the next request: the connection ends instead.
  if (!request.complete && answer.status === 413) response.shouldKeepAlive = false;
  // "Not modified" says nothing of the content: clients would take it for that of what they kept.
  if (answer.status === 304) {
    response.writeHead(304, answer.headers as OutgoingHttpHeaders | undefined).end();
    return;
  }
  response.writeHead(answer.status, {
    "Content-Type": answer.contentType,
    "Content-Length": Buffer.byteLength(answer.body),
    "Cache-Control": "no-cache, private",
    ...(answer.headers as OutgoingHttpHeaders | undefined),
  });
  response.end(answer.body);
}

/** Anything but an `ApiError` is our own mistake: it is told to the operator whole, to the client only that it happened. */
function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if ((error as NodeJS.ErrnoException).code === "ECONNRESET")
    return new ApiError(400, "BadRequest", "the request was cut short");
  console.error("api: internal error:", error);
  return new ApiError(500, "InternalError", "Internal error occurred");
}

function secureContext({ pki }: ApiServerOptions): SecureContextOptions {
  const { certificate, privateKey } = pki.serverCertificate();
  return { cert: certificate, key: privateKey, ca: pki.authorityCertificate };
}

function createTlsServer(
  options: ApiServerOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer(
    {
      ...secureContext(options),
      minVersion: "TLSv1.2",
      // A client without a certificate may have a token; one with a bad certificate gets 401, which says more than a broken handshake.
      requestCert: true,
      rejectUnauthorized: false,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAlive: true,
      noDelay: true,
    },
    handle,
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Streams were told to end in this turn; what is left after a moment does not hold up the end.
    setTimeout(() => server.closeAllConnections(), 100).unref();
    server.closeIdleConnections();
  });
}
