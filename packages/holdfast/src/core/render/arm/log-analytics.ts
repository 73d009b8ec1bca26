import type { Fleet } from "../../spec/index.ts";
import { azureType } from "./azure-versions.ts";
import { HERE, expression, idOf, parameter } from "./template.ts";
import type { Resource, Template } from "./template.ts";

const WORKSPACE = "Microsoft.OperationalInsights/workspaces";
/** What the pages of a workspace take for how long they keep data: 30 days to two years. */
const RETENTION_DAYS = { min: 30, max: 730 };

/** The place for metrics and logs of clusters (R29, R45). Personal fields are taken out before anything leaves a site. */
export function logAnalyticsTemplate({ name, monitoring }: Fleet): Template | undefined {
  if (monitoring.kind !== "azure-monitor" || monitoring.hosting !== "public-cloud") return undefined;
  const workspace = parameter("workspaceName");
  const id = idOf(WORKSPACE, expression(workspace));
  const retentionInDays = Math.min(Math.max(monitoring.retentionDays, RETENTION_DAYS.min), RETENTION_DAYS.max);
  const solution = `concat('ContainerInsights(', ${workspace}, ')')`;
  return {
    parameters: {
      workspaceName: {
        type: "string",
        about: "4 to 63 letters, digits and hyphens.",
        value: monitoring.workspace ?? `${name}-logs`,
      },
    },
    resources: [
      {
        ...azureType(WORKSPACE),
        name: `[${workspace}]`,
        location: HERE,
        properties: { sku: { name: "PerGB2018" }, retentionInDays },
      },
      {
        ...azureType("Microsoft.OperationsManagement/solutions"),
        name: `[${solution}]`,
        location: HERE,
        dependsOn: [`[${id}]`],
        plan: {
          name: `[${solution}]`,
          product: "OMSGallery/ContainerInsights",
          publisher: "Microsoft",
          promotionCode: "",
        },
        properties: { workspaceResourceId: `[${id}]` },
      },
      ...Object.entries(searches).map(([search, { title, query }]): Resource => ({
        ...azureType("Microsoft.OperationalInsights/workspaces/savedSearches"),
        name: `[concat(${workspace}, '/${search}')]`,
        dependsOn: [`[${id}]`],
        properties: { category: "holdfast", displayName: title, query, version: 2 },
      })),
    ],
    outputs: { workspaceId: { type: "string", value: `[reference(${id}).customerId]` } },
  };
}

/** Where to begin when something went wrong (R30); each also makes an alert or a tile of a dashboard. */
const searches: Readonly<Record<string, { readonly title: string; readonly query: string }>> = {
  "nodes-not-ready": {
    title: "Nodes that are not ready, by cluster",
    query:
      'KubeNodeInventory | where Status !has "Ready" | summarize last = max(TimeGenerated) by ClusterName, Computer, Status',
  },
  "containers-restarted": {
    title: "Containers that restarted in the last hour",
    query:
      "KubePodInventory | where TimeGenerated > ago(1h) | summarize restarts = max(ContainerRestartCount) - min(ContainerRestartCount) by ClusterName, Namespace, Name | where restarts > 0 | order by restarts desc",
  },
  "node-processor-use": {
    title: "Processor use of each node: when to scale",
    query:
      'Perf | where ObjectName == "K8SNode" and CounterName == "cpuUsageNanoCores" | summarize cores = avg(CounterValue) / 1000000000 by Computer, bin(TimeGenerated, 5m) | render timechart',
  },
  warnings: {
    title: "Warnings of Kubernetes, newest first",
    query:
      'KubeEvents | where KubeEventType == "Warning" | project TimeGenerated, ClusterName, Namespace, Name, Reason, Message | order by TimeGenerated desc',
  },
};
