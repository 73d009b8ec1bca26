import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import type { Logger } from "pino";
import { answerJson, type ApiProxy } from "./proxy.ts";
import type { StaticFile } from "./static-files.ts";

export interface Parts {
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly proxy: ApiProxy;
  readonly log: Logger;
  readonly site: string;
  readonly stopping: () => boolean;
}

/** Only this origin's own files run or show in the page, and nobody frames it. */
const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Headers of every answer, the API's included: which site served it. */
export function ownHeaders(site: string): Readonly<Record<string, string>> {
  return { "X-Content-Type-Options": "nosniff", ...(site === "" ? {} : { "X-Served-By-Site": site }) };
}

/** The page, its files, the way to the API, and shallow probes: it stays ready without the API, so that the page can say what is wrong. */
export function createApplication(parts: Parts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { files, proxy, log, site, stopping } = parts;
  const own = ownHeaders(site);

  return async (request, response) => {
    const start = performance.now();
    const url = request.url ?? "/";
    const end = url.indexOf("?");
    const path = end === -1 ? url : url.slice(0, end);
    const query = end === -1 ? "" : url.slice(end + 1);
    // A caller would keep using a connection that is about to go.
    if (stopping()) response.setHeader("Connection", "close");
    response.on("close", () => {
      const ms = Math.round((performance.now() - start) * 1000) / 1000;
      const { method } = request;
      log.debug({ method, kind: kindOf(path), status: response.statusCode, ms }, "request");
    });

    if (path === "/api" || path.startsWith("/api/")) return proxy.forward(request, response, url);
    const probe = path === "/livez" ? 200 : path === "/readyz" ? (stopping() ? 503 : 200) : undefined;
    const file = files.get(path);
    if (probe === undefined && file === undefined) {
      answerJson(response, 404, { message: "there is nothing here", status: 404, payload: null }, own);
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      answerJson(
        response,
        405,
        { message: "only GET and HEAD are allowed here", status: 405, payload: null },
        { ...own, Allow: "GET, HEAD" },
      );
    } else if (file !== undefined) {
      sendFile(request, response, file, query, own);
    } else {
      response.writeHead(probe ?? 200, {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        ...own,
      });
      response.end(probe === 200 ? "ok" : "shutting down");
    }
  };
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
  query: string,
  own: Readonly<Record<string, string>>,
): void {
  const accepted = request.headers["accept-encoding"]?.toString() ?? "";
  const zipped = file.gzipped !== undefined && acceptsGzip(accepted) ? file.gzipped : undefined;
  const etag = zipped === undefined ? file.etag : `${file.etag.slice(0, -1)}-gzip"`;
  const headers = {
    ...own,
    ...securityHeaders,
    "Content-Type": file.type,
    // An address with its content's version never changes; any other is asked for again, which costs a 304.
    "Cache-Control": query === `v=${file.version}` ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: etag,
    ...(file.gzipped === undefined ? {} : { Vary: "Accept-Encoding" }),
  };
  const known = (request.headers["if-none-match"] ?? "").split(/\s*,\s*/).map((tag) => tag.replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const body = zipped ?? file.bytes;
  const encoding = zipped === undefined ? {} : { "Content-Encoding": "gzip" };
  response.writeHead(200, { ...headers, ...encoding, "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** RFC 9110 section 12.5.3: named or by `*`, and not with quality 0. */
export function acceptsGzip(header: string): boolean {
  const qualities = new Map(
    header.split(",").map((part): [string, number] => {
      const [coding = "", ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return [coding, quality === undefined ? 1 : Number(quality.slice(2))];
    }),
  );
  return (qualities.get("gzip") ?? qualities.get("*") ?? 0) > 0;
}

/** For logs: what was asked for, without what somebody may have put into a path. */
function kindOf(path: string): string {
  if (path.startsWith("/api")) return "api";
  return path === "/livez" || path === "/readyz" ? "probe" : "page";
}
