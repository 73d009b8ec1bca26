import { CONTROLLER_NAME, SYSTEM_NAMESPACE, selectorOf } from "../../kubernetes/index.ts";
import type { PlatformChart, PlatformContext } from "./platform-chart.ts";
import { pullSecretNames, registryAndTag } from "./platform-chart.ts";

/** Named in the script and the README: what the operator puts into it is no business of any file. */
const ALERTMANAGER_SECRET = "holdfast-alertmanager";
const GRAFANA_SECRET = "holdfast-grafana";

/**
 * Metrics, alerts and dashboards that stay in the site: one Prometheus each, as there is no hub to lose (R29, R30, R45). Logs stay
 * with the cluster. Releases show chart 77.11.1 with operator v0.85.0; keys: charts/kube-prometheus-stack/values.yaml in
 * prometheus-community/helm-charts.
 */
export const prometheusStack: PlatformChart = {
  release: "kube-prometheus-stack",
  namespace: "monitoring",
  what: "Metrics of nodes, containers and controllers, alerts and dashboards, kept in the site",
  fleetValues: ["_monitoring/prometheus-values.yaml"],
  pinAt: ({ monitoring }, { role }) =>
    role === "witness" || monitoring.kind !== "prometheus"
      ? undefined
      : {
          chart: "kube-prometheus-stack",
          repository: "https://prometheus-community.github.io/helm-charts",
          version: "77.11.1",
          kubernetes: ">=1.25.0-0",
          images: {
            operator: { host: "quay.io", path: "prometheus-operator/prometheus-operator", tag: "v0.85.0" },
            reloader: { host: "quay.io", path: "prometheus-operator/prometheus-config-reloader", tag: "v0.85.0" },
            webhook: { host: "registry.k8s.io", path: "ingress-nginx/kube-webhook-certgen", tag: "v1.6.2" },
            prometheus: { host: "quay.io", path: "prometheus/prometheus", tag: "v3.5.0" },
            alertmanager: { host: "quay.io", path: "prometheus/alertmanager", tag: "v0.28.1" },
            nodeExporter: { host: "quay.io", path: "prometheus/node-exporter", tag: "v1.9.1" },
            stateMetrics: { host: "registry.k8s.io", path: "kube-state-metrics/kube-state-metrics", tag: "v2.17.0" },
            grafana: { host: "docker.io", path: "grafana/grafana", tag: "12.1.1" },
            sidecar: { host: "quay.io", path: "kiwigrid/k8s-sidecar", tag: "1.30.10" },
          },
        },
  values,
};

function values({ fleet, image }: PlatformContext) {
  const at = (name: string) => registryAndTag(image(name));
  const names = pullSecretNames(fleet);
  return {
    ...(names.length === 0 ? {} : { global: { imagePullSecrets: names } }),
    prometheusOperator: {
      image: at("operator"),
      prometheusConfigReloader: { image: at("reloader") },
      admissionWebhooks: { patch: { image: at("webhook") } },
    },
    prometheus: {
      prometheusSpec: {
        image: at("prometheus"),
        retention: `${fleet.monitoring.retentionDays}d`,
        resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { memory: "2Gi" } },
        storageSpec: {
          volumeClaimTemplate: {
            spec: {
              accessModes: ["ReadWriteOnce"],
              ...storageClass(fleet),
              resources: { requests: { storage: "20Gi" } },
            },
          },
        },
        // A personal field never becomes a label of a series, whoever scrapes it (R5).
        ...(fleet.monitoring.personalFields.length === 0
          ? {}
          : {
              scrapeClasses: [
                {
                  name: "without-personal-fields",
                  default: true,
                  metricRelabelings: [
                    { action: "labeldrop", regex: fleet.monitoring.personalFields.map(escape).join("|") },
                  ],
                },
              ],
            }),
      },
      additionalServiceMonitors: [
        {
          name: CONTROLLER_NAME,
          namespaceSelector: { matchNames: [SYSTEM_NAMESPACE] },
          selector: { matchLabels: selectorOf({ fleet: fleet.name, name: CONTROLLER_NAME }) },
          endpoints: [{ port: "http", path: "/metrics", interval: "10s" }],
        },
      ],
    },
    alertmanager: {
      alertmanagerSpec: { image: at("alertmanager"), useExistingSecret: true, configSecret: ALERTMANAGER_SECRET },
    },
    grafana: {
      image: at("grafana"),
      ...(names.length === 0 ? {} : { imagePullSecrets: names }),
      admin: { existingSecret: GRAFANA_SECRET, userKey: "admin-user", passwordKey: "admin-password" },
      initChownData: { enabled: false },
      testFramework: { enabled: false },
      sidecar: { image: at("sidecar"), dashboards: { enabled: true, label: "grafana_dashboard" } },
    },
    "kube-state-metrics": { image: at("stateMetrics") },
    "prometheus-node-exporter": { image: at("nodeExporter") },
  };
}

/** The stores' class, where the file names one: what is good enough for them is for this. */
function storageClass({ stores }: PlatformContext["fleet"]) {
  const className = stores.find(({ storage }) => storage.className !== undefined)?.storage.className;
  return className === undefined ? {} : { storageClassName: className };
}

function escape(field: string): string {
  return field.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
