import http, { createServer } from "node:http";
import { pino } from "pino";
import { createApplication, ownHeaders } from "./application.ts";
import { parseConfiguration } from "./configuration.ts";
import { ApiProxy } from "./proxy.ts";
import { loadStaticFiles, type StaticFile } from "./static-files.ts";

const parsed = parseConfiguration(process.env, import.meta.url);
if (!parsed.ok) {
  for (const problem of parsed.problems) process.stderr.write(`ratings-web: ${problem}\n`);
  process.exit(2);
}
const { configuration } = parsed;
const { site, api, staticFolder } = configuration;
const log = pino({ level: configuration.logLevel, base: { app: "ratings-web", ...(site === "" ? {} : { site }) } });
let files: ReadonlyMap<string, StaticFile>;
try {
  files = await loadStaticFiles(staticFolder);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ratings-web: cannot read the page's files in ${staticFolder} (set STATIC_DIR): ${reason}\n`);
  process.exit(2);
}
const proxy = new ApiProxy(
  {
    api,
    connectTimeoutMs: configuration.apiConnectTimeoutMs,
    timeoutMs: configuration.apiTimeoutMs,
    ownHeaders: ownHeaders(site),
  },
  // Inside a cluster the API is plain HTTP, and TLS is a good part of a small process's memory.
  api.protocol === "https:" ? await import("node:https") : http,
);
let stopping = false;
const application = createApplication({ files, proxy, log, site, stopping: () => stopping });

const server = createServer(
  // Longer than a proxy keeps an idle connection, so that it is never the server that closes one just as a request comes.
  { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 30_000, noDelay: true },
  (request, response) => void application(request, response),
);
server.on("error", (error) => {
  log.fatal({ message: error.message }, "cannot listen");
  process.exit(1);
});
server.listen(configuration.port, configuration.host, () => {
  log.info({ address: server.address(), api: api.origin, files: files.size }, "listening");
});

async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "shutting down: no new connections, finishing what is under way");
  const grace = setTimeout(() => server.closeAllConnections(), configuration.shutdownGraceMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(grace);
  proxy.close();
  log.info("stopped");
  process.exit(0);
}
process.on("SIGTERM", (signal) => void shutDown(signal));
process.on("SIGINT", (signal) => void shutDown(signal));
