import type { Fleet } from "../../../spec/index.ts";

/** What people are told (R30). Each rests on a metric that holdfast's controller gives at /metrics. */
export interface Alert {
  readonly name: string;
  readonly metric: string;
  /** Labels that must have these values. */
  readonly where?: Readonly<Record<string, string>>;
  /** Told apart by these labels. */
  readonly by: readonly string[];
  /** How the samples of a group become one number. */
  readonly value: "max" | "increase-5m";
  readonly above: number;
  readonly forMinutes: number;
  readonly severity: "critical" | "warning";
  readonly summary: string;
}

const LAG_BYTES_MAX = 16 * 1024 * 1024;
const REHEARSAL_AGE_SECONDS_MAX = 8 * 24 * 60 * 60;

export function alertsOf({ stores, traffic }: Fleet): readonly Alert[] {
  const hasPostgresql = stores.some(({ engine }) => engine === "postgresql");
  return [
    {
      name: "SiteDown",
      metric: "holdfast_site_verdict",
      where: { verdict: "down" },
      by: ["site"],
      value: "max",
      above: 0,
      forMinutes: 1,
      severity: "critical",
      summary: "A site does not serve users: traffic goes to the others",
    },
    {
      name: "SiteUnknown",
      metric: "holdfast_site_verdict",
      where: { verdict: "unknown" },
      by: ["site"],
      value: "max",
      above: 0,
      forMinutes: 5,
      severity: "warning",
      summary: "A site cannot be judged from here: is the path to it down?",
    },
    {
      name: "ProbesFail",
      metric: "holdfast_probes_total",
      where: { result: "failed" },
      by: ["site"],
      value: "increase-5m",
      above: 10,
      forMinutes: 5,
      severity: "warning",
      summary: "Probes of a site fail, not all of them: it may be slow",
    },
    ...(hasPostgresql ? POSTGRESQL : []),
    ...(traffic.provider === "holdfast-dns" ? [DNS] : []),
  ];
}

const POSTGRESQL: readonly Alert[] = [
  {
    name: "StandbyLags",
    metric: "holdfast_store_lag_bytes",
    by: ["store", "standby"],
    value: "max",
    above: LAG_BYTES_MAX,
    forMinutes: 1,
    severity: "warning",
    summary: "A standby is more than 16 MiB behind its primary",
  },
  {
    name: "NotReplicated",
    metric: "holdfast_store_durability",
    where: { durability: "local-only" },
    by: ["store"],
    value: "max",
    above: 0,
    forMinutes: 1,
    severity: "critical",
    summary: "Commits are on the primary's disk alone: the loss of its site would lose them",
  },
  {
    name: "WritesBlocked",
    metric: "holdfast_store_durability",
    where: { durability: "blocked" },
    by: ["store"],
    value: "max",
    above: 0,
    forMinutes: 1,
    severity: "critical",
    summary: "Commits wait for a standby that is not there",
  },
  {
    name: "LeaseLost",
    metric: "holdfast_store_role",
    where: { role: "fenced" },
    by: ["store"],
    value: "max",
    above: 0,
    forMinutes: 1,
    severity: "critical",
    summary: "This site's server may not write, because it lost the site lease",
  },
  {
    name: "StoreUnreachable",
    metric: "holdfast_store_role",
    where: { role: "unreachable" },
    by: ["store"],
    value: "max",
    above: 0,
    forMinutes: 2,
    severity: "critical",
    summary: "This site's database does not answer its controller",
  },
];

const DNS: Alert = {
  name: "DnsFails",
  metric: "holdfast_dns_answers_total",
  where: { rcode: "SERVFAIL" },
  by: ["transport"],
  value: "increase-5m",
  above: 0,
  forMinutes: 5,
  severity: "warning",
  summary: "Questions for the users' name are answered with SERVFAIL",
};

/** Prometheus' own rules: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export function prometheusGroups(fleet: Fleet) {
  return [
    {
      name: "holdfast",
      rules: [
        ...alertsOf(fleet).map((alert) => ({
          alert: `Holdfast${alert.name}`,
          expr: promql(alert),
          for: `${alert.forMinutes}m`,
          labels: { severity: alert.severity, fleet: fleet.name },
          annotations: { summary: alert.summary },
        })),
        ...(fleet.backups.some(({ rehearsal }) => rehearsal !== undefined) ? [restoreNotRehearsed(fleet)] : []),
        {
          alert: "HoldfastControllerSilent",
          expr: "absent(holdfast_site_verdict)",
          for: "2m",
          labels: { severity: "critical", fleet: fleet.name },
          annotations: { summary: "This site's controller gives no metrics: it steers nobody and votes on nothing" },
        },
      ],
    },
  ];
}

export function promql({ metric, where = {}, by, value, above }: Alert): string {
  const labels = Object.entries(where).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  const selected = labels.length === 0 ? metric : `${metric}{${labels.join(",")}}`;
  switch (value) {
    case "max":
      return `max by (${by.join(", ")}) (${selected}) > ${above}`;
    case "increase-5m":
      return `sum by (${by.join(", ")}) (increase(${selected}[5m])) > ${above}`;
  }
}

/**
 * A controller has no metric for the age of a backup, so the rehearsal's last success stands for it where `databases/` runs one; the
 * CronJob's own age does where there was none yet. By kube-state-metrics: docs/metrics/workload/cronjob-metrics.md in
 * kubernetes/kube-state-metrics.
 */
function restoreNotRehearsed({ name }: Fleet) {
  const of = '{cronjob=~".+-rehearsal"}';
  return {
    alert: "HoldfastRestoreNotRehearsed",
    expr: `time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${of} or kube_cronjob_created${of}) > ${REHEARSAL_AGE_SECONDS_MAX}`,
    for: "60m",
    labels: { severity: "warning", fleet: name },
    annotations: { summary: "No backup was restored and read for more than eight days" },
  };
}
