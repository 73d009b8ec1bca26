import type { Fleet, Member } from "../../../spec/index.ts";
import { membersOf } from "../../../spec/index.ts";
import { shellQuote, toYaml } from "../../formats/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { imageSource } from "../mirror/image-source.ts";
import { chartReference } from "../mirror/mirror-lists.ts";
import type { ChartPin, PlatformChart, PlatformContext } from "./platform-chart.ts";
import { platformCharts } from "./platform-charts.ts";

interface Installed {
  readonly chart: PlatformChart;
  readonly pin: ChartPin;
  readonly context: PlatformContext;
}

/** Values for what a cluster needs under the application, and the script that installs it; paths within the site's folder. */
export function platformFiles(fleet: Fleet, member: Member): readonly RenderedFile[] {
  const installed = installedAt(fleet, member);
  if (installed.length === 0) return [];
  return [
    ...installed.flatMap(({ chart, pin, context }) => [
      {
        path: `platform/${chart.release}/values.yaml`,
        content: `# ${chart.what}.\n# Chart ${pin.chart} ${pin.version} of ${pin.repository}\n${toYaml(chart.values(context))}`,
      },
      ...Object.entries(chart.manifests?.(context) ?? {}).map(([name, manifest]) => ({
        path: `platform/${chart.release}/${name}`,
        content: toYaml(manifest),
      })),
    ]),
    { path: "platform/install.sh", content: installScript(fleet, member, installed), executable: true },
  ];
}

function installedAt(fleet: Fleet, member: Member): readonly Installed[] {
  return platformCharts.flatMap((chart) => {
    const pin = chart.pinAt(fleet, member);
    if (pin === undefined) return [];
    const image: PlatformContext["image"] = (name) => {
      const published = pin.images[name];
      if (published === undefined) throw new RangeError(`the chart ${pin.chart} has no image ${name}`);
      return imageSource(fleet, member, published);
    };
    return [{ chart, pin, context: { fleet, member, image } }];
  });
}

/** Every chart of the fleet with the version that each site gets: the list to review when one of them has a security fix. */
export function platformList(fleet: Fleet): readonly RenderedFile[] {
  const entries = new Map<
    string,
    { readonly chart: PlatformChart; readonly pin: ChartPin; readonly sites: string[] }
  >();
  for (const member of membersOf(fleet)) {
    for (const { chart, pin } of installedAt(fleet, member)) {
      const id = `${chart.release} ${pin.version}`;
      const entry = entries.get(id) ?? { chart, pin, sites: [] };
      entries.set(id, entry);
      entry.sites.push(member.name);
    }
  }
  if (entries.size === 0) return [];
  const charts = [...entries.values()].map(({ chart, pin, sites }) => ({
    release: chart.release,
    namespace: chart.namespace,
    what: chart.what,
    repository: pin.repository,
    chart: pin.chart,
    version: pin.version,
    kubernetes: pin.kubernetes,
    ...(chart.condition === undefined ? {} : { onlyWhen: CONDITIONS[chart.condition] }),
    images: Object.values(pin.images).map(({ host, path, tag }) => `${host}/${path}:${tag}`),
    sites,
  }));
  return [
    {
      path: "_charts/platform.yaml",
      content: `# Charts of others, pinned. Rendered by holdfast.\n${toYaml({ charts })}`,
    },
  ];
}

const CONDITIONS = {
  operators: "the stores are run by operators, with databases/",
  "without-metrics": "the cluster has no metrics API yet",
} as const;

/** POSIX shell. Each line may be run again: Helm compares, and changes what differs. */
function installScript(fleet: Fleet, member: Member, installed: readonly Installed[]): string {
  const lines = installed
    .filter(({ chart }) => chart.condition !== "operators")
    .flatMap((each) => install(fleet, member, each));
  const operators = installed
    .filter(({ chart }) => chart.condition === "operators")
    .flatMap((each) => install(fleet, member, each));
  return [
    "#!/bin/sh",
    `# Rendered by holdfast. Installs what the cluster of ${member.name} needs under the application; run it again after a change.`,
    ...(operators.length === 0
      ? []
      : [
          "# With --operators also what databases/ needs: only where it runs the stores, in place of holdfast's own servers.",
        ]),
    "set -eu",
    'cd "$(dirname "$0")"',
    "",
    ...lines,
    ...(operators.length === 0 ? [] : ['if [ "${1:-}" = --operators ]; then', ...operators.map(indented), "fi"]),
    "",
  ].join("\n");
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

function install(fleet: Fleet, member: Member, { chart, pin, context }: Installed): readonly string[] {
  const values = [`${chart.release}/values.yaml`, ...(chart.fleetValues ?? []).map((path) => `../../${path}`)];
  const command = [
    ["helm upgrade --install", chart.release, ...chartReference(fleet, member, pin).map(shellQuote)].join(" "),
    `--version ${pin.version} --namespace ${chart.namespace} --create-namespace`,
    ...values.map((path) => `--values ${path}`),
    "--wait --timeout 10m",
  ].join(" \\\n  ");
  const manifests = Object.entries(chart.manifests?.(context) ?? {}).map(([name, manifest]) =>
    applyManifest(`${chart.release}/${name}`, JSON.stringify(manifest)),
  );
  const guarded = chart.condition === "without-metrics";
  return [
    `# ${chart.what}.`,
    ...(chart.prepare?.(context) ?? []),
    ...(guarded ? ["if ! kubectl get apiservice v1beta1.metrics.k8s.io >/dev/null 2>&1; then"] : []),
    ...(guarded ? command.split("\n").map(indented) : command.split("\n")),
    ...(guarded ? ["fi"] : []),
    ...manifests,
    ...(chart.release === "kube-prometheus-stack" ? DASHBOARD : []),
    "",
  ];
}

/** Grafana's sidecar finds it by its label. */
const DASHBOARD = [
  "kubectl create configmap holdfast-dashboard --namespace monitoring --from-file=holdfast.json=../../_monitoring/dashboard.json \\",
  "  --dry-run=client --output yaml | kubectl label --local --filename - grafana_dashboard=1 --output yaml | kubectl apply --filename -",
];

/** What stands as `${NAME}` comes from the environment, and is missed there rather than in the cluster. */
function applyManifest(path: string, text: string): string {
  const names = [...new Set([...text.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1] ?? ""))];
  if (names.length === 0) return `kubectl apply --filename ${path}`;
  const given = names.map((name) => `: "\${${name}:?}"`).join("\n");
  const listed = names.map((name) => `\${${name}}`).join(" ");
  return `${given}\n# shellcheck disable=SC2016\nenvsubst '${listed}' <${path} | kubectl apply --filename -`;
}
