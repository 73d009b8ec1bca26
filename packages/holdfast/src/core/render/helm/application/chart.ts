import type { Fleet } from "../../../spec/index.ts";
import { indexFleet, siteContext } from "../../kubernetes/index.ts";
import { prettyJson, toYaml } from "../../formats/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { valuesSchema } from "./schema.ts";
import { applicationTemplates } from "./templates.ts";
import { fleetValues } from "./values.ts";

/** A pod that lingers for its last requests (`preStop.sleep`) needs 1.30. */
const KUBERNETES_RANGE = ">=1.30.0-0";

/** The application as one chart with a version (R35); https://helm.sh/docs/topics/charts/ */
export function applicationChart(fleet: Fleet): readonly RenderedFile[] {
  const { application } = fleet;
  const [first] = fleet.sites;
  if (first === undefined) return [];
  const context = siteContext(indexFleet(fleet), first.name);
  const files: readonly RenderedFile[] = [
    { path: ".helmignore", content: ".git\n*.orig\n*.swp\n*.tgz\n" },
    {
      path: "Chart.yaml",
      content: toYaml({
        apiVersion: "v2",
        name: application.name,
        description: `The application ${application.name} of the fleet ${fleet.name}; rendered by holdfast, change the fleet file.`,
        type: "application",
        version: application.version,
        kubeVersion: KUBERNETES_RANGE,
      }),
    },
    {
      path: "values.yaml",
      content: `# The same at every site. What differs is in <site>/values.yaml: helm upgrade --values <site>/values.yaml\n${toYaml(fleetValues(context))}`,
    },
    { path: "values.schema.json", content: prettyJson(valuesSchema(fleet)) },
    ...applicationTemplates(context),
    { path: "templates/NOTES.txt", content: notes(fleet) },
  ];
  return files.map((file) => ({ ...file, path: `_charts/${application.name}/${file.path}` }));
}

function notes({ application, traffic }: Fleet): string {
  const scheme = traffic.tls.kind === "none" ? "http" : "https";
  return [
    "{{ .Chart.Name }} {{ .Chart.Version }} runs at the site {{ .Values.site }}, namespace {{ .Release.Namespace }}.",
    "",
    "Ready when every deployment is:",
    ...application.components.map(
      ({ name }) => `  kubectl --namespace {{ .Release.Namespace }} rollout status deployment/${name}`,
    ),
    "",
    `Users open ${scheme}://{{ .Values.host }}/, which leads to a site that is healthy: never to one cluster's own name.`,
    "",
  ].join("\n");
}
