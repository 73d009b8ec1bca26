import type { Fleet, Site } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

/** The pattern's two decisions, R134 and R135, each for itself: what the Internet reaches, hosted agents may deploy to. */
export const pipelineAgents: DesignRule = {
  id: "pipeline-agents",
  severity: "error",
  requirements: ["R133", "R134", "R135", "R136", "R137", "R138", "R139"],
  asks: "A site whose management endpoints or Kubernetes API the Internet does not reach has a pool of self-hosted agents, which reach their server.",
  why: "Microsoft's agents run in public Azure: their deployments to such a site can only fail. An agent of your own calls out, by HTTPS.",
  example: {
    broken: "selfHostedPools:\n  seattle: seattle-hub\nstages: [orlando, seattle]",
    fixed: "selfHostedPools:\n  seattle: seattle-hub\n  orlando: orlando-hub\nstages: [orlando, seattle]",
  },
  *check(fleet) {
    const { sites, delivery } = fleet;
    if (delivery.kind === "none") return;
    yield* checkDisconnected(fleet);
    for (const [index, site] of sites.entries()) {
      const reason = needsOwnAgents(fleet, site);
      if (reason !== undefined && delivery.selfHostedPools[site.name] === undefined) {
        yield {
          path: ["delivery", "selfHostedPools"],
          message: `${reason}, and ${site.name} has no agents of its own`,
          hint: `Add to delivery.selfHostedPools: { ${site.name}: <pool> }. The agent needs outbound HTTPS only.`,
          related: [{ path: ["sites", index, "network", "internet"], message: "what can be reached" }],
        };
      }
      for (const [position, { purpose, host, port }] of site.network.egress.destinations.entries()) {
        if (purpose !== "pipelines" || port === 443 || delivery.kind !== "azure-pipelines") continue;
        yield {
          path: ["sites", index, "network", "egress", "destinations", position, "port"],
          severity: "advice",
          message: `agents call ${host} by HTTPS on port 443, not on ${port}`,
          hint: "Leave the port out, or say purpose: other if it is for something else.",
        };
      }
    }
  },
};

/** Why Microsoft's agents cannot deploy there; undefined where they can. */
function needsOwnAgents({ delivery }: Fleet, { name, platform, network }: Site): string | undefined {
  if (delivery.kind === "jenkins") return "Jenkins has no agents but yours";
  if (delivery.hosting === "server") return "an Azure DevOps Server has no agents of Microsoft's";
  const closed = [
    ...(platform.kind === "azure-stack-hub" && !network.internet.management ? ["management endpoints"] : []),
    ...(network.internet.kubernetesApi ? [] : ["Kubernetes API"]),
  ];
  return closed.length === 0
    ? undefined
    : `the ${closed.join(" and the ")} of ${name} cannot be reached from the Internet`;
}

function* checkDisconnected({ sites, delivery }: Fleet): Iterable<Violation> {
  for (const [index, { name, platform }] of sites.entries()) {
    if (platform.kind !== "azure-stack-hub" || platform.connectivity !== "disconnected") continue;
    if (delivery.kind !== "azure-pipelines" || delivery.hosting !== "services") continue;
    yield {
      path: ["delivery"],
      message: `${name} is disconnected, so its agents cannot reach Azure DevOps Services`,
      hint: "Use hosting: server, an Azure DevOps Server on premises.",
      related: [{ path: ["sites", index, "platform", "connectivity"], message: "said here" }],
    };
  }
}
