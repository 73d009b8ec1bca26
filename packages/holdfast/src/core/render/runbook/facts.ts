import { isHubSite } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import { formatDuration } from "../../spec/index.ts";
import type { Fleet, MongodbStore, PostgresqlStore, SiteName } from "../../spec/index.ts";

/** What the chapters say of this fleet, with its own names. */
export interface Facts {
  readonly fleet: Fleet;
  readonly hubs: readonly HubSite[];
  readonly postgresql: readonly PostgresqlStore[];
  readonly mongodb: readonly MongodbStore[];
  readonly hasPipeline: boolean;
  /** In the order in which sites are changed. */
  readonly order: readonly SiteName[];
}

export function factsOf(fleet: Fleet): Facts {
  return {
    fleet,
    hubs: fleet.sites.filter(isHubSite),
    postgresql: fleet.stores.filter((store): store is PostgresqlStore => store.engine === "postgresql"),
    mongodb: fleet.stores.filter((store): store is MongodbStore => store.engine === "mongodb"),
    hasPipeline: fleet.delivery.kind !== "none",
    order: fleet.delivery.stages,
  };
}

/** Upper bound until steering sees that a site is lost: enough failed probes in a row, the last one to its end. */
export function verdictMs({ traffic: { probe } }: Fleet): number {
  return probe.fall * probe.intervalMs + probe.timeoutMs;
}

/** AZURE-FACTS 1.4: 12 to 15 minutes a machine, as Microsoft's release notes say. */
export const UPGRADE_MINUTES = { min: 12, max: 15 } as const;

export function nodesOf({ cluster }: HubSite): number {
  return cluster.workerPools.reduce((sum, { count }) => sum + count, cluster.controlPlane.count);
}

export function upgradeTime(hub: HubSite): string {
  const nodes = nodesOf(hub);
  return `${nodes * UPGRADE_MINUTES.min} to ${nodes * UPGRADE_MINUTES.max} minutes`;
}

export const shown = formatDuration;

/** How a stage of the pipeline is run for one site; without a pipeline there is nothing to run: `chapters/by-hand.ts` has the rest. */
export function runCommand({ fleet }: Facts, mode: string, site: string): string {
  const name = fleet.name;
  switch (fleet.delivery.kind) {
    case "azure-pipelines":
      // The az CLI's extension speaks to Azure DevOps Services only.
      return fleet.delivery.hosting === "services"
        ? `az pipelines run --name ${name} --parameters mode=${mode} site=${site}`
        : `# on the server's page of the pipeline ${name}: Run pipeline, mode ${mode}, site ${site}`;
    case "github-actions":
      return `gh workflow run deliver.yml --field mode=${mode} --field site=${site}`;
    case "jenkins":
      return `jenkins-cli build ${name} -p mode=${mode} -p site=${site} -f`;
    case "none":
      return "";
  }
}

export function joined(names: readonly string[], word: "and" | "or" = "and"): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1) ?? ""}`;
}
