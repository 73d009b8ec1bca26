import { CONTROLLER_NAME, SYSTEM_NAMESPACE, controllerPorts } from "../../kubernetes/index.ts";
import { scrubRules } from "../monitoring/scrub.ts";
import type { ChartPin, PlatformChart, PlatformContext } from "./platform-chart.ts";
import { pulledWith, repositoryAndTag } from "./platform-chart.ts";

/** Its key `connection-string` names the workspace's Application Insights, and lets whoever has it write there. */
const CONNECTION_SECRET = "azure-monitor";

/**
 * Azure Monitor by OpenTelemetry's collector (R29, R62, R69): AKS Engine refuses its own container-monitoring addon, and the chart
 * of the pattern's guide is archived. Two releases: one pod a node for logs and the node's figures, one pod a cluster for the
 * controllers' and the events. Releases show chart 0.147.1 with 0.147.0; keys: charts/opentelemetry-collector/values.yaml in
 * open-telemetry/opentelemetry-helm-charts.
 */
export const collectorOfNodes: PlatformChart = {
  release: "otel-node",
  namespace: "monitoring",
  what: "Logs and metrics of nodes and containers to Azure Monitor, without personal fields",
  pinAt,
  values: (context) => ({
    ...common(context),
    mode: "daemonset",
    // Control-plane nodes have logs, too.
    tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
    presets: {
      logsCollection: { enabled: true, includeCollectorLogs: false },
      hostMetrics: { enabled: true },
      kubeletMetrics: { enabled: true },
      kubernetesAttributes: { enabled: true },
    },
    config: { ...config(context, []), receivers: noReceivers },
  }),
};

export const collectorOfCluster: PlatformChart = {
  release: "otel-cluster",
  namespace: "monitoring",
  what: "Metrics of controllers and Kubernetes' events to Azure Monitor, without personal fields",
  pinAt,
  values: (context) => ({
    ...common(context),
    mode: "deployment",
    replicaCount: 1,
    presets: { clusterMetrics: { enabled: true }, kubernetesEvents: { enabled: true } },
    config: {
      ...config(context, ["prometheus"]),
      receivers: {
        ...noReceivers,
        prometheus: {
          config: {
            scrape_configs: [
              {
                job_name: CONTROLLER_NAME,
                scrape_interval: "30s",
                static_configs: [{ targets: [`${CONTROLLER_NAME}.${SYSTEM_NAMESPACE}.svc:${controllerPorts.http}`] }],
              },
            ],
          },
        },
      },
    },
  }),
};

function pinAt({ monitoring }: PlatformContext["fleet"], { role }: PlatformContext["member"]): ChartPin | undefined {
  if (role === "witness" || monitoring.kind !== "azure-monitor") return undefined;
  return {
    chart: "opentelemetry-collector",
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    version: "0.147.1",
    kubernetes: "1.24 and later",
    images: {
      collector: { host: "ghcr.io", path: COLLECTOR_PATH, tag: "0.147.0" },
    },
  };
}

const COLLECTOR_PATH = "open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib";

function common({ fleet, image }: PlatformContext) {
  return {
    ...pulledWith(fleet),
    image: repositoryAndTag(image("collector")),
    command: { name: "otelcol-contrib" },
    extraEnvs: [
      {
        name: "CONNECTION_STRING",
        valueFrom: { secretKeyRef: { name: CONNECTION_SECRET, key: "connection-string" } },
      },
    ],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    // Nobody sends to it, so it listens to nobody.
    ports: Object.fromEntries(
      ["otlp", "otlp-http", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"].map((port) => [
        port,
        { enabled: false },
      ]),
    ),
  };
}

/** Null takes a default of the chart away. */
const noReceivers = { jaeger: null, zipkin: null, otlp: null, prometheus: null };

/** `scraped`: receivers of metrics beside those that the presets bring. */
function config({ fleet, member }: PlatformContext, scraped: readonly string[]) {
  const { personalFields } = fleet.monitoring;
  const dropped = personalFields.map((field) => `delete_key(attributes, ${JSON.stringify(field)})`);
  const processors = ["memory_limiter", "transform/scrub", "filter/unreadable", "resource/site", "batch"];
  return {
    processors: {
      // A body that is no text was not looked through, so it does not leave.
      "filter/unreadable": { error_mode: "propagate", logs: { log_record: ["not IsString(body)"] } },
      // An error stops the data: what was not scrubbed is not sent.
      "transform/scrub": {
        error_mode: "propagate",
        log_statements: [
          {
            context: "log",
            statements: [
              // Kubernetes' events come as maps.
              "set(body, String(body)) where not IsString(body)",
              ...scrubRules(personalFields).map(
                ({ pattern, replacement }) =>
                  `replace_pattern(body, ${ottlString(pattern)}, ${ottlString(replacement)})`,
              ),
              ...dropped,
            ],
          },
          ...(dropped.length === 0 ? [] : [{ context: "resource", statements: dropped }]),
        ],
        ...(dropped.length === 0 ? {} : { metric_statements: [{ context: "datapoint", statements: dropped }] }),
      },
      "resource/site": {
        attributes: [
          { key: "holdfast.fleet", value: fleet.name, action: "upsert" },
          { key: "holdfast.site", value: member.name, action: "upsert" },
        ],
      },
    },
    exporters: { azuremonitor: { connection_string: "${env:CONNECTION_STRING}" } },
    service: {
      pipelines: {
        logs: { receivers: [], processors, exporters: ["azuremonitor"] },
        metrics: {
          receivers: scraped,
          processors: processors.filter((name) => name !== "filter/unreadable"),
          exporters: ["azuremonitor"],
        },
        traces: null,
      },
    },
  };
}

/** The collector expands `$` in its configuration, so one stands for itself only when doubled. */
function ottlString(text: string): string {
  return JSON.stringify(text).replaceAll("$", "$$$$");
}
