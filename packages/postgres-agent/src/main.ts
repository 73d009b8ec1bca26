import { mkdirSync, realpathSync } from "node:fs";
import { once } from "node:events";
import { Agent } from "./agent.ts";
import { findBinaries } from "./binaries.ts";
import { parseConfig } from "./config.ts";
import { createApi } from "./http.ts";
import { createLog } from "./log.ts";
import { chooseRunAs } from "./run-as.ts";

const log = createLog(process.env["NODE_NAME"] ?? "");

async function main(): Promise<void> {
  const parsed = parseConfig(process.env);
  if (!parsed.ok) {
    log.fatal({ problems: parsed.problems }, "the configuration is not complete");
    process.exitCode = 2;
    return;
  }
  mkdirSync(parsed.config.dataFolder, { recursive: true });
  // As the kernel names it: that is how processes are found by their working folder.
  const config = { ...parsed.config, dataFolder: realpathSync(parsed.config.dataFolder) };
  // Everything that this agent starts stands in its own folder, so that whoever ends the pod finds it.
  process.chdir(config.dataFolder);

  const api = createApi(
    { state: () => agent.state(), ready: () => agent.ready(), desire: (desired) => agent.desire(desired) },
    config.token,
    (error) => log.error({ error: String(error) }, "a request failed"),
  );
  const runAs = await chooseRunAs(await findBinaries(config), config);
  const agent = new Agent(config, runAs, log);
  // First of all: the port is what keeps a second agent from touching the data of the first.
  api.listen(config.agentPort, config.listenAddress);
  await once(api, "listening");
  await agent.start();
  log.info(
    {
      address: config.listenAddress,
      port: config.agentPort,
      postgresql: runAs.binaries.version,
      binaries: runAs.binaries.folder,
    },
    "the agent listens",
  );

  const end = (): void => {
    log.info("asked to end");
    api.close();
    api.closeAllConnections();
    agent.close().then(
      () => process.exit(0),
      (error: unknown) => fail("the server could not be stopped", error),
    );
  };
  process.once("SIGTERM", end).once("SIGINT", end);
}

function fail(what: string, error: unknown): never {
  log.fatal({ error: error instanceof Error ? error.message : String(error) }, what);
  process.exit(1);
}

main().catch((error: unknown) => fail("the agent cannot run", error));
