import type { Fleet } from "../../../spec/index.ts";

interface Panel {
  readonly title: string;
  readonly kind: "timeseries" | "stat";
  readonly unit: string;
  readonly query: string;
  readonly legend: string;
}

/** A Grafana dashboard of what the controllers say (R30, R45). */
export function dashboard(fleet: Fleet): unknown {
  return {
    uid: `holdfast-${fleet.name}`.slice(0, 40),
    title: `holdfast: ${fleet.name}`,
    tags: ["holdfast"],
    schemaVersion: 39,
    editable: false,
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [{ name: "source", type: "datasource", query: "prometheus", label: "Site" }] },
    panels: panelsOf(fleet).map(({ title, kind, unit, query, legend }, index) => ({
      id: index + 1,
      title,
      type: kind,
      datasource: { type: "prometheus", uid: "${source}" },
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: [{ refId: "A", expr: query, legendFormat: legend }],
    })),
  };
}

function panelsOf({ stores, traffic, application }: Fleet): readonly Panel[] {
  const { namespace } = application;
  const hasPostgresql = stores.some(({ engine }) => engine === "postgresql");
  return [
    {
      title: "Sites that serve users, as seen from here",
      kind: "stat",
      unit: "none",
      query: 'max by (site) (holdfast_site_verdict{verdict="up"})',
      legend: "{{site}}",
    },
    {
      title: "Failed probes a second",
      kind: "timeseries",
      unit: "ops",
      query: 'sum by (site) (rate(holdfast_probes_total{result="failed"}[1m]))',
      legend: "{{site}}",
    },
    {
      title: "Time of a probe",
      kind: "timeseries",
      unit: "s",
      query: "sum by (site) (rate(holdfast_probe_seconds_sum[1m])) / sum by (site) (rate(holdfast_probes_total[1m]))",
      legend: "{{site}}",
    },
    ...(traffic.provider === "holdfast-dns"
      ? [
          {
            title: "DNS answers a second",
            kind: "timeseries" as const,
            unit: "ops",
            query: "sum by (rcode) (rate(holdfast_dns_answers_total[1m]))",
            legend: "{{rcode}}",
          },
        ]
      : []),
    ...(hasPostgresql
      ? [
          {
            title: "Role of this site's database",
            kind: "stat" as const,
            unit: "none",
            query: "max by (store, role) (holdfast_store_role)",
            legend: "{{store}}: {{role}}",
          },
          {
            title: "Who holds an acknowledged commit",
            kind: "stat" as const,
            unit: "none",
            query: "max by (store, durability) (holdfast_store_durability)",
            legend: "{{store}}: {{durability}}",
          },
          {
            title: "How far standbys are behind",
            kind: "timeseries" as const,
            unit: "bytes",
            query: "max by (store, standby) (holdfast_store_lag_bytes)",
            legend: "{{store}} at {{standby}}",
          },
        ]
      : []),
    {
      title: "CPU of the application, of what it requested",
      kind: "timeseries",
      unit: "percentunit",
      query: `sum by (container) (rate(container_cpu_usage_seconds_total{namespace="${namespace}",container!=""}[5m])) / sum by (container) (kube_pod_container_resource_requests{namespace="${namespace}",resource="cpu"})`,
      legend: "{{container}}",
    },
    {
      title: "Memory of the application",
      kind: "timeseries",
      unit: "bytes",
      query: `sum by (container) (container_memory_working_set_bytes{namespace="${namespace}",container!=""})`,
      legend: "{{container}}",
    },
    {
      title: "Pods",
      kind: "timeseries",
      unit: "none",
      query: `kube_deployment_status_replicas_available{namespace="${namespace}"}`,
      legend: "{{deployment}}",
    },
  ];
}
