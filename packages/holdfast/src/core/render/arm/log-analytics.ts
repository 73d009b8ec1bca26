import { queryRules } from "../helm/monitoring/query-rules.ts";
import type { QueryRule } from "../helm/monitoring/query-rules.ts";
import type { Fleet } from "../../spec/index.ts";
import { azureType } from "./azure-versions.ts";
import { HERE, expression, idOf, parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";

const WORKSPACE = "Microsoft.OperationalInsights/workspaces";
const COMPONENT = "Microsoft.Insights/components";
const ACTION_GROUP = "Microsoft.Insights/actionGroups";
/** What the pages of a workspace take for how long they keep data: 30 days to two years. */
const RETENTION_DAYS = { min: 30, max: 730 };
/** What a message shows of it; an action group takes no longer one. */
const SHORT_NAME_LENGTH_MAX = 12;

/**
 * The place for metrics and logs of clusters (R29, R45), and who is told when something is wrong (R30). The clusters' collectors send
 * to Application Insights, which writes into the workspace; personal fields are taken out before anything leaves a site.
 */
export function logAnalyticsTemplate(fleet: Fleet): Template | undefined {
  const { name, monitoring } = fleet;
  if (monitoring.kind !== "azure-monitor" || monitoring.hosting !== "public-cloud") return undefined;
  const workspace = parameter("workspaceName");
  const id = idOf(WORKSPACE, expression(workspace));
  const retentionInDays = Math.min(Math.max(monitoring.retentionDays, RETENTION_DAYS.min), RETENTION_DAYS.max);
  const told = monitoring.alertMail !== undefined;
  return {
    parameters: {
      workspaceName: {
        type: "string",
        about: "4 to 63 letters, digits and hyphens.",
        value: monitoring.workspace ?? `${name}-logs`,
      },
      componentName: { type: "string", about: "Of the Application Insights.", value: applicationInsights(fleet) },
      ...(told ? { alertMail: mailParameter(monitoring.alertMail) } : {}),
    },
    resources: [
      {
        ...azureType(WORKSPACE),
        name: `[${workspace}]`,
        location: HERE,
        properties: { sku: { name: "PerGB2018" }, retentionInDays },
      },
      {
        ...azureType(COMPONENT),
        name: `[${parameter("componentName")}]`,
        location: HERE,
        kind: "web",
        dependsOn: [`[${id}]`],
        properties: { Application_Type: "web", WorkspaceResourceId: `[${id}]` },
      },
      ...Object.entries(searches).map(([search, { title, query }]): Resource => ({
        ...azureType("Microsoft.OperationalInsights/workspaces/savedSearches"),
        name: `[concat(${workspace}, '/${search}')]`,
        dependsOn: [`[${id}]`],
        properties: { category: "holdfast", displayName: title, query, version: 2 },
      })),
      ...(told ? [actionGroup(name)] : []),
      ...queryRules(fleet).map((rule) => scheduledQueryRule(rule, name, id, told)),
    ],
    outputs: { workspaceId: { type: "string", value: `[reference(${id}).customerId]` } },
  };
}

/** Its connection string is no output: whoever may read deployments would see it. */
export function applicationInsights({ name }: Pick<Fleet, "name">): string {
  return `${name}-insights`;
}

function mailParameter(value: string): Parameter {
  return { type: "string", about: "Whom alerts go to.", value };
}

function actionGroup(fleet: string): Resource {
  return {
    ...azureType(ACTION_GROUP),
    name: groupName(fleet),
    location: "global",
    properties: {
      enabled: true,
      groupShortName: fleet.slice(0, SHORT_NAME_LENGTH_MAX),
      emailReceivers: [{ name: "operators", emailAddress: `[${parameter("alertMail")}]`, useCommonAlertSchema: true }],
    },
  };
}

function groupName(fleet: string): string {
  return `${fleet}-operators`;
}

/** Of one critical alert people are woken; Azure counts from 0, the worst, to 4. */
const SEVERITY = { critical: 1, warning: 2 } as const;

/** Each row of the answer fires, and is over when the next answer has it no more. */
function scheduledQueryRule(rule: QueryRule, fleet: string, workspaceId: string, told: boolean): Resource {
  const group = idOf(ACTION_GROUP, groupName(fleet));
  return {
    ...azureType("Microsoft.Insights/scheduledQueryRules"),
    name: `${fleet}-${rule.name}`,
    location: HERE,
    kind: "LogAlert",
    dependsOn: [`[${workspaceId}]`, ...(told ? [`[${group}]`] : [])],
    properties: {
      displayName: `${fleet}: ${rule.name}`,
      description: rule.summary,
      enabled: true,
      severity: SEVERITY[rule.severity],
      scopes: [`[${workspaceId}]`],
      evaluationFrequency: `PT${rule.everyMinutes}M`,
      windowSize: `PT${rule.windowMinutes}M`,
      criteria: {
        allOf: [
          {
            query: rule.query,
            timeAggregation: "Count",
            dimensions: rule.dimensions.map((column) => ({ name: column, operator: "Include", values: ["*"] })),
            operator: "GreaterThan",
            threshold: 0,
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
      autoMitigate: true,
      // The first samples make the table: before them no query of it is valid.
      skipQueryValidation: true,
      ...(told ? { actions: { actionGroups: [`[${group}]`] } } : {}),
    },
  };
}

const SITE = 'site = tostring(Properties["holdfast.site"])';

/**
 * Where to begin when something went wrong (R30): over what the collector sends, for the tables of Azure's own agent, which AKS Engine
 * does not have, stay empty.
 */
const searches: Readonly<Record<string, { readonly title: string; readonly query: string }>> = {
  "nodes-not-ready": {
    title: "Nodes that are not ready, by site",
    query: `AppMetrics | where Name == "k8s.node.condition_ready" | summarize arg_max(TimeGenerated, Sum) by node = tostring(Properties["k8s.node.name"]), ${SITE} | where Sum < 1`,
  },
  "containers-restarted": {
    title: "Containers that restarted in the last hour",
    query: `AppMetrics | where TimeGenerated > ago(1h) and Name == "k8s.container.restarts" | summarize restarts = max(Sum) - min(Sum) by pod = tostring(Properties["k8s.pod.name"]), container = tostring(Properties["k8s.container.name"]), ${SITE} | where restarts > 0 | order by restarts desc`,
  },
  "node-processor-use": {
    title: "Processor use of each node: when to scale",
    query: `AppMetrics | where Name == "k8s.node.cpu.usage" | summarize cores = avg(Sum) by node = tostring(Properties["k8s.node.name"]), bin(TimeGenerated, 5m) | render timechart`,
  },
  warnings: {
    title: "Warnings of Kubernetes and of containers, newest first",
    query: `AppTraces | where SeverityLevel >= 2 or Message contains '"type":"Warning"' | project TimeGenerated, ${SITE}, namespace = tostring(Properties["k8s.namespace.name"]), Message | order by TimeGenerated desc`,
  },
};
