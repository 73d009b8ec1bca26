import type { DesignRule } from "../rule.ts";

/** The pattern's two decisions, R134 and R135, each for itself: what the Internet reaches, hosted agents may deploy to. */
export const pipelineAgents: DesignRule = {
  id: "pipeline-agents",
  severity: "error",
  requirements: ["R133", "R134", "R135", "R136", "R137", "R138"],
  asks: "A site whose management endpoints or Kubernetes API the Internet does not reach has a pool of self-hosted agents.",
  why: "Microsoft's agents run in public Azure: their deployments to such a site can only fail.",
  *check({ sites, delivery }) {
    if (delivery.kind !== "azure-pipelines") return;
    for (const [index, { name, platform, network }] of sites.entries()) {
      const hub = platform.kind === "azure-stack-hub";
      if (hub && platform.connectivity === "disconnected" && delivery.hosting === "services") {
        yield {
          path: ["delivery"],
          message: `${name} is disconnected, so its agents cannot reach Azure DevOps Services`,
          hint: "Use hosting: server, an Azure DevOps Server on premises.",
          related: [{ path: ["sites", index, "platform", "connectivity"], message: "said here" }],
        };
      }
      if (delivery.selfHostedPools[name] !== undefined) continue;
      const closed = [
        ...(hub && !network.internet.management ? ["management endpoints"] : []),
        ...(network.internet.kubernetesApi ? [] : ["Kubernetes API"]),
      ];
      if (closed.length > 0) {
        yield {
          path: ["delivery", "selfHostedPools"],
          message: `the ${closed.join(" and the ")} of ${name} cannot be reached from the Internet, and the site has no agents of its own`,
          hint: `Add to delivery.selfHostedPools: { ${name}: <pool> }. The agent needs outbound HTTPS only.`,
          related: [{ path: ["sites", index, "network", "internet"], message: "what can be reached" }],
        };
      }
    }
  },
};
