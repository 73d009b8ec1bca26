import type { Fleet, SiteName } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { prettyJson, toYaml } from "../formats/index.ts";
import { indexFleet, siteContext } from "../kubernetes/index.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { applicationChart } from "./application/chart.ts";
import { siteValues } from "./application/values.ts";
import { mirrorFiles } from "./mirror/mirror-lists.ts";
import { prometheusGroups } from "./monitoring/alerts.ts";
import { dashboard } from "./monitoring/dashboard.ts";
import { queryRules } from "./monitoring/query-rules.ts";
import { platformFiles, platformList } from "./platform/platform-files.ts";
import { describeHelm } from "./readme.ts";

export const helmFamily: RenderFamily = {
  id: "helm",
  what: "The application's Helm chart, pinned charts under it with each site's values, alerts, and what to mirror.",
  render: renderHelm,
};

function* renderHelm(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  const index = indexFleet(fleet);
  for (const member of membersOf(fleet)) {
    if (!sites.has(member.name)) continue;
    const files: readonly RenderedFile[] = [
      ...(member.role === "site"
        ? [
            {
              path: "values.yaml",
              content: `# Over _charts/${fleet.application.name}/values.yaml. Rendered by holdfast from the fleet file.\n${toYaml(siteValues(siteContext(index, member.name)))}`,
            },
          ]
        : []),
      ...platformFiles(fleet, member),
    ];
    if (files.length === 0) continue;
    yield { site: member.name, files: files.map((file) => ({ ...file, path: `${member.name}/${file.path}` })) };
  }
  yield {
    files: [
      { path: "README.md", content: describeHelm(fleet) },
      ...applicationChart(fleet),
      ...platformList(fleet),
      ...monitoringFiles(fleet),
      ...mirrorFiles(fleet),
    ],
  };
}

function monitoringFiles(fleet: Fleet): readonly RenderedFile[] {
  switch (fleet.monitoring.kind) {
    case "none":
      return [];
    case "prometheus": {
      const groups = prometheusGroups(fleet);
      return [
        { path: "_monitoring/alerts.yaml", content: toYaml({ groups }) },
        {
          path: "_monitoring/prometheus-values.yaml",
          content: toYaml({ additionalPrometheusRulesMap: { holdfast: { groups } } }),
        },
        { path: "_monitoring/dashboard.json", content: prettyJson(dashboard(fleet)) },
      ];
    }
    case "azure-monitor":
      return [
        {
          path: "_monitoring/alerts.kql",
          content: queryRules(fleet)
            .map(
              ({ name, severity, summary, windowMinutes, query }) =>
                `// ${name} (${severity}, over ${windowMinutes} min): ${summary}\n${query}\n`,
            )
            .join("\n"),
        },
      ];
  }
}
