import { rebootTimes } from "../../azure-stack-hub/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { chartsAt } from "./mirror/mirror-lists.ts";

/** How to use the folder; what it cannot say itself. */
export function describeHelm(fleet: Fleet): string {
  const { application, monitoring, access } = fleet;
  const [first] = fleet.sites;
  const site = first?.name ?? "SITE";
  return [
    `# Helm for ${fleet.name}`,
    "",
    "Rendered by holdfast from the fleet file: change that one, and render again.",
    "",
    "## The application",
    "",
    `\`_charts/${application.name}\` is the chart, version ${application.version}; \`<site>/values.yaml\` is what differs by site.`,
    "",
    "```sh",
    `helm package _charts/${application.name} && helm push ${application.name}-${application.version}.tgz ${chartsAt(fleet)}`,
    `helm upgrade --install ${application.name} ${chartsAt(fleet)}/${application.name} --version ${application.version} \\`,
    `  --namespace ${application.namespace} --values ${site}/values.yaml --wait --timeout 10m`,
    "```",
    "",
    "The chart holds the same objects as the application's in the folder `kubernetes`. Take one of the two for the",
    "application, never both: each would undo what the other changed. The namespace, the stores and holdfast's controller are not",
    "in the chart, because data must outlive a release: apply those from `kubernetes` first, and the chart comes after.",
    "",
    "## Under the application",
    "",
    "`_charts/platform.yaml` lists every chart with its version and images; `<site>/platform/install.sh` installs a site's.",
    ...secretsOf(fleet),
    "",
    ...ingressNotes(fleet),
    ...(access.secrets.kind === "azure-key-vault"
      ? [
          "",
          "Secrets are in Azure Key Vault. On a Hub the pipeline fetches them and makes the Kubernetes Secrets: that an operator in the",
          "cluster may read a Hub's Key Vault is not confirmed by its documentation.",
        ]
      : []),
    "",
    ...reboots(fleet),
    "## Alerts",
    "",
    ...(monitoring.kind === "none"
      ? ["The fleet file says `monitoring: { kind: none }`: nothing is rendered."]
      : [
          ...(monitoring.kind === "azure-monitor"
            ? [
                "`_monitoring/alerts.kql` has their queries, over what the collector sends to Application Insights. `arm/_azure/log-analytics.json` asks",
                `them and ${monitoring.alertMail === undefined ? "tells nobody: the fleet file has no `monitoring.alertMail`" : `mails ${monitoring.alertMail}`}. A rehearsal of a restore that fails is told; one that never ran is not.`,
              ]
            : [
                "`_monitoring` has them. They rest on what holdfast's controllers and kube-state-metrics give; the age of a backup is no metric",
                "of a controller, so the last successful rehearsal of a restore stands for it.",
              ]),
        ]),
    "",
  ].join("\n");
}

function ingressNotes({ traffic }: Fleet): readonly string[] {
  switch (traffic.ingressController) {
    case "f5-nginx":
      return [
        "The ingress controller is F5's NGINX Ingress Controller. It is not the community's ingress-nginx, retired in March 2026: the",
        "annotations of that one (`nginx.ingress.kubernetes.io/...`) mean nothing to it.",
      ];
    case "traefik":
      return ["The ingress controller is Traefik, with the class `traefik`."];
    case "ingress-nginx":
      return [
        "The ingress controller is the community's ingress-nginx. Its makers retired it in March 2026, with 4.15.1 as its last chart: no",
        "security hole in it is closed any more. Say `traffic.ingressController: f5-nginx`, render again, and change one site at a time.",
      ];
  }
}

function secretsOf({ registry, monitoring, traffic }: Fleet): readonly string[] {
  const { tls } = traffic;
  const solver = tls.kind === "cert-manager" ? tls.solver : undefined;
  const secrets = [
    ...(registry.pullSecret === undefined
      ? []
      : [`\`${registry.pullSecret}\` in each namespace of the list: pulls images from ${registry.server}`]),
    ...(monitoring.kind === "prometheus"
      ? [
          `\`monitoring/holdfast-alertmanager\`, key \`alertmanager.yaml\`: Alertmanager's configuration, with your mail server${monitoring.alertMail === undefined ? "" : ` and the receiver ${monitoring.alertMail}`}`,
          "`monitoring/holdfast-grafana`, keys `admin-user`, `admin-password`: who may change dashboards",
        ]
      : []),
    ...(monitoring.kind === "azure-monitor"
      ? [
          `\`monitoring/azure-monitor\`, key \`connection-string\`: of the Application Insights that writes to the workspace${monitoring.workspace === undefined ? "" : ` ${monitoring.workspace}`}`,
        ]
      : []),
    ...(solver?.kind === "private-ca"
      ? [`\`cert-manager/${solver.secret}\`, keys \`tls.crt\`, \`tls.key\`: the authority's certificate and key`]
      : []),
    ...(solver?.kind === "dns-01"
      ? [
          `\`cert-manager/${solver.secret}\`, key \`${solver.provider === "rfc2136" ? "tsig-secret" : "client-secret"}\`: lets cert-manager write to ${solver.zone}`,
        ]
      : []),
  ];
  return secrets.length === 0 ? [] : ["Make these Secrets first:", "", ...secrets.map((line) => `- ${line}`)];
}

function reboots(fleet: Fleet): readonly string[] {
  const { maintenance } = fleet;
  if (maintenance.reboots !== "kured") return [];
  const without = membersOf(fleet)
    .filter(({ name }) => rebootTimes(maintenance.windows.filter(({ site }) => site === name)) === undefined)
    .map(({ name }) => name);
  if (without.length === 0) return [];
  return [
    "## Reboots",
    "",
    `kured is not installed at ${without.join(", ")}: the fleet file gives no maintenance window there, and without one it would`,
    "reboot at any time, at two sites at once.",
    "",
  ];
}
