import { createServer } from "node:http";
import { pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { parseConfiguration } from "./configuration.ts";
import { FirstFilling } from "./first-filling.ts";
import { HealthCheck } from "./health.ts";
import { createApplication } from "./http/application.ts";
import { createMetrics } from "./metrics.ts";
import { openRepository } from "./repository/open.ts";

const parsed = parseConfiguration(process.env);
if (!parsed.ok) {
  for (const problem of parsed.problems) process.stderr.write(`ratings-api: ${problem}\n`);
  process.exit(2);
}
const { configuration } = parsed;
const { site, database } = configuration;
const log = pino({ level: configuration.logLevel, base: { app: "ratings-api", ...(site === "" ? {} : { site }) } });
const repository = await openRepository(database, log);
const filling = new FirstFilling(repository, log);
const health = new HealthCheck(repository, {
  onChange: (now) => (now.ok ? log.info("reads are served") : log.warn({ reason: now.reason }, "reads are not served")),
});
let stopping = false;
const application = createApplication({
  repository,
  checkHealth: () => health.check(),
  onSchemaMissing: () => void filling.start(),
  metrics: createMetrics({ version: manifest.version, site }, () => repository.pools()),
  log,
  site,
  stopping: () => stopping,
});

const server = createServer(
  // Longer than a proxy keeps an idle connection, so that it is never the server that closes one just as a request comes.
  { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 15_000, noDelay: true },
  (request, response) => void application(request, response),
);
server.on("error", (error) => {
  log.fatal({ message: error.message }, "cannot listen");
  process.exit(1);
});
server.listen(configuration.port, configuration.host, () => {
  log.info({ address: server.address(), database: database.engine }, "listening");
});
void filling.start();

async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "shutting down: no new connections, finishing what is under way");
  filling.stop();
  const grace = setTimeout(() => server.closeAllConnections(), configuration.shutdownGraceMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(grace);
  // A connection that does not close in time holds up nothing: the process ends.
  const pools = setTimeout(() => process.exit(0), 1000);
  await repository.close();
  clearTimeout(pools);
  log.info("stopped");
  process.exit(0);
}
process.on("SIGTERM", (signal) => void shutDown(signal));
process.on("SIGINT", (signal) => void shutDown(signal));
