import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { pipelineAgents } from "./pipeline-agents.ts";

describe("pipeline-agents (R134, R135, R137, R138)", () => {
  testRule(pipelineAgents, [
    {
      what: "refuses a closed site without agents of its own",
      example: "ratings-azure-stack-hub",
      edits: [["    orlando: orlando-hub\n", ""]],
      findings: ["error delivery.selfHostedPools"],
    },
    {
      what: "lets hosted agents deploy where the Internet reaches both endpoints (R136)",
      example: "ratings-azure-stack-hub",
      edits: [
        ["    seattle: seattle-hub\n", ""],
        ["kubernetesApi: false, management: false", "kubernetesApi: true, management: true"],
      ],
      findings: [],
    },
    {
      what: "refuses hosted agents where it reaches one of the two",
      example: "ratings-azure-stack-hub",
      edits: [
        ["    seattle: seattle-hub\n", ""],
        ["kubernetesApi: false, management: false", "kubernetesApi: true, management: false"],
      ],
      findings: ["error delivery.selfHostedPools"],
    },
    {
      what: "refuses Azure DevOps Services for a disconnected Hub",
      example: "ratings-azure-stack-hub",
      edits: [
        ["identity: azure-ad\n      connectivity: connected", "identity: adfs\n      connectivity: disconnected"],
      ],
      findings: ["error delivery"],
    },
    {
      what: "refuses an Azure DevOps Server without agents at a site, whatever the Internet reaches (R138)",
      example: "ratings-disconnected",
      edits: [
        ["    fort-east: fort-east-hub\n", ""],
        ["kubernetesApi: false, management: false", "kubernetesApi: true, management: true"],
        ["kubernetesApi: false, management: false", "kubernetesApi: true, management: true"],
      ],
      findings: ["error delivery.selfHostedPools"],
    },
    {
      what: "refuses Jenkins without agents at a site",
      example: "ratings-three-sites",
      edits: [["    denver: denver-hub\n", ""]],
      findings: ["error delivery.selfHostedPools"],
    },
    {
      what: "advises HTTPS for agents (R139)",
      example: "ratings-azure-stack-hub",
      edits: [["host: dev.azure.com }", "host: dev.azure.com, port: 8080 }"]],
      findings: [
        "advice sites[0].network.egress.destinations[9].port",
        "advice sites[1].network.egress.destinations[9].port",
      ],
    },
  ]);
});
