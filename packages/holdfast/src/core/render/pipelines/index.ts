import { isHubSite } from "../../azure-stack-hub/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { Fleet, Member, SiteName } from "../../spec/index.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { azurePipelinesFiles } from "./azure-pipelines.ts";
import { githubActionsFiles } from "./github-actions.ts";
import { jenkinsFiles } from "./jenkinsfile.ts";
import { pipelinesPage } from "./readme.ts";
import { applicationScript, healthScript, verifyScript, platformScript } from "./scripts/cluster-stages.ts";
import { databasesScript } from "./scripts/database-stages.ts";
import { aloneScript, azureScript, checkScript } from "./scripts/fleet-scripts.ts";
import { clusterScript, connectionsScript, infrastructureScript, placeOf } from "./scripts/hub-scripts.ts";

export const pipelinesFamily: RenderFamily = {
  id: "pipelines",
  what: "Delivery to all sites, one after another: a script a stage, and the pipeline that runs them.",
  render: renderPipelines,
};

function* renderPipelines(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  if (fleet.delivery.kind === "none") return;
  const azure = azureScript(fleet);
  yield {
    files: [
      { path: "README.md", content: pipelinesPage(fleet) },
      { path: "check.sh", content: checkScript, executable: true },
      ...(azure === undefined ? [] : [{ path: "azure.sh", content: azure, executable: true }]),
      ...(fleet.delivery.kind === "azure-pipelines"
        ? [{ path: "alone.sh", content: aloneScript, executable: true }]
        : []),
      ...definitionOf(fleet),
    ],
  };
  for (const member of membersOf(fleet)) {
    if (sites.has(member.name)) yield { site: member.name, files: siteFiles(fleet, member) };
  }
}

function definitionOf(fleet: Fleet): readonly RenderedFile[] {
  switch (fleet.delivery.kind) {
    case "azure-pipelines":
      return azurePipelinesFiles(fleet);
    case "github-actions":
      return githubActionsFiles(fleet);
    case "jenkins":
      return jenkinsFiles(fleet);
    case "none":
      return [];
  }
}

function siteFiles(fleet: Fleet, member: Member): readonly RenderedFile[] {
  const { name } = member;
  const place = placeOf(fleet, name);
  const hub = fleet.sites.filter(isHubSite).find((site) => site.name === name);
  const scripts: readonly (readonly [string, string | undefined])[] = [
    ["infrastructure", place && infrastructureScript(place)],
    ["connections", place && connectionsScript(place)],
    ["cluster", hub && clusterScript(fleet, hub)],
    ["platform", platformScript(fleet, member)],
    ["databases", databasesScript(fleet, member)],
    ["application", applicationScript(fleet, member)],
    ["health", healthScript(fleet, member)],
    ["verify", verifyScript(fleet, member)],
  ];
  return scripts.flatMap(([script, content]) =>
    content === undefined ? [] : [{ path: `${name}/${script}.sh`, content, executable: true }],
  );
}
