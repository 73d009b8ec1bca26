import type { Fleet } from "../../../spec/index.ts";
import { alertsOf } from "./alerts.ts";
import type { Alert } from "./alerts.ts";

/**
 * A query that is asked again and again; each row that it gives is something to tell people of. The collector's metrics are in
 * AppMetrics: one row a sample, so `Sum` is its value, and its labels and the cluster's names are in Properties.
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/appmetrics
 */
export interface QueryRule {
  readonly name: string;
  readonly severity: Alert["severity"];
  readonly summary: string;
  readonly query: string;
  readonly everyMinutes: 1 | 5;
  /** How far back the query looks. What Azure takes in is minutes old, so less than five would often find nothing. */
  readonly windowMinutes: 5 | 10 | 15;
  /** Columns of text: each combination is an alert of its own. */
  readonly dimensions: readonly string[];
}

/** What the controllers say, what they do not say, and what a cluster says of itself (R30, R45). */
export function queryRules(fleet: Fleet): readonly QueryRule[] {
  const rehearses = fleet.backups.some(({ rehearsal }) => rehearsal !== undefined);
  return [
    ...alertsOf(fleet).map(ruleOf),
    controllerSilent(fleet),
    ...OF_CLUSTERS,
    ...(rehearses ? [RESTORE_FAILED] : []),
  ];
}

/** Every site sends to one place: who says it is told apart by `observer`. */
function ruleOf(alert: Alert): QueryRule {
  const { name, severity, summary, by, forMinutes } = alert;
  return {
    name,
    severity,
    summary,
    query: kusto(alert),
    everyMinutes: severity === "critical" ? 1 : 5,
    windowMinutes: forMinutes > 5 ? 10 : 5,
    dimensions: [...by, "observer"],
  };
}

const OBSERVER = 'observer = tostring(Properties["holdfast.site"])';

function kusto({ metric, where = {}, by, value, above, forMinutes }: Alert): string {
  const conditions = Object.entries(where).map(([label, text]) => `| where tostring(Properties.${label}) == "${text}"`);
  const groups = [...by.map((label) => `${label} = tostring(Properties.${label})`), OBSERVER].join(", ");
  // What has to have been so for a while was so in all samples; else the newest says it.
  const newest = forMinutes < 5 ? "(At, Value) = arg_max(TimeGenerated, Sum)" : "Value = min(Sum)";
  return [
    "AppMetrics",
    `| where Name == "${metric}"`,
    ...conditions,
    `| summarize ${value === "max" ? newest : "Value = max(Sum) - min(Sum)"} by ${groups}`,
    `| where Value > ${above}`,
  ].join("\n");
}

function controllerSilent({ sites }: Fleet): QueryRule {
  return {
    name: "ControllerSilent",
    severity: "critical",
    summary: "A site's controller gives no metrics: it steers nobody and votes on nothing, or nothing leaves the site",
    query: [
      `datatable(observer: string)[${sites.map(({ name }) => `"${name}"`).join(", ")}]`,
      `| join kind=leftanti (AppMetrics | where Name == "holdfast_site_verdict" | distinct ${OBSERVER}) on observer`,
    ].join("\n"),
    everyMinutes: 5,
    windowMinutes: 10,
    dimensions: ["observer"],
  };
}

/**
 * Metrics of the collector's receiver `k8s_cluster`:
 * open-telemetry/opentelemetry-collector-contrib receiver/k8sclusterreceiver/documentation.md
 */
const OF_CLUSTERS: readonly QueryRule[] = [
  {
    name: "NodeNotReady",
    severity: "warning",
    summary: "A node of a cluster is not ready",
    query: [
      "AppMetrics",
      '| where Name == "k8s.node.condition_ready"',
      `| summarize Value = max(Sum) by node = tostring(Properties["k8s.node.name"]), ${OBSERVER}`,
      "| where Value < 1",
    ].join("\n"),
    everyMinutes: 5,
    windowMinutes: 5,
    dimensions: ["node", "observer"],
  },
  {
    name: "ContainerRestarts",
    severity: "warning",
    summary: "A container starts again and again",
    query: [
      "AppMetrics",
      '| where Name == "k8s.container.restarts"',
      `| summarize Value = max(Sum) - min(Sum) by pod = tostring(Properties["k8s.pod.name"]), container = tostring(Properties["k8s.container.name"]), ${OBSERVER}`,
      "| where Value > 2",
    ].join("\n"),
    everyMinutes: 5,
    windowMinutes: 15,
    dimensions: ["pod", "container", "observer"],
  },
];

/** Azure's queries look back two days at most, so that none was rehearsed for longer is no alert of theirs. */
const RESTORE_FAILED: QueryRule = {
  name: "RestoreFailed",
  severity: "warning",
  summary: "The rehearsal of a restore failed: is there a backup that can be read?",
  query: [
    "AppMetrics",
    '| where Name == "k8s.job.failed_pods" and tostring(Properties["k8s.job.name"]) contains "-rehearsal-"',
    `| summarize Value = max(Sum) by job = tostring(Properties["k8s.job.name"]), ${OBSERVER}`,
    "| where Value > 0",
  ].join("\n"),
  everyMinutes: 5,
  windowMinutes: 15,
  dimensions: ["job", "observer"],
};
