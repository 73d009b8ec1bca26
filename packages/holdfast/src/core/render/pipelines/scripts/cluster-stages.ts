import { isHubSite } from "../../../azure-stack-hub/index.ts";
import type { Fleet, Member, Store } from "../../../spec/index.ts";
import { platformSecrets, providerOf } from "../../access/index.ts";
import { platformCharts } from "../../helm/platform/platform-charts.ts";
import { shellQuote } from "../../formats/index.ts";
import { CONTROLLER_NAME, SYSTEM_NAMESPACE, requiredSecrets } from "../../kubernetes/index.ts";
import { registersOf } from "../../kubernetes/voter-names.ts";
import { WORK_FOLDER, stageScript, useKubeconfig } from "./stage-script.ts";

/** Whether helm/<site>/platform/install.sh is there. */
export function hasPlatform(fleet: Fleet, member: Member): boolean {
  return platformCharts.some((chart) => chart.pinAt(fleet, member) !== undefined);
}

/** What stands under the application, and who may do what: the last work of the cluster's administrator. */
export function platformScript(fleet: Fleet, member: Member): string {
  const { name } = member;
  const installs = hasPlatform(fleet, member);
  const groups = fleet.access.groups.some(({ roles }) =>
    roles.some(
      ({ plane, role, sites }) => plane === "kubernetes" && sites.includes(name) && !role.startsWith("holdfast-"),
    ),
  );
  const proxy = fleet.sites.filter(isHubSite).find((site) => site.name === name)?.network.egress.proxy;
  const { writable } = providerOf(fleet);
  const access = ["viewer", "operator", "deployer", ...(groups && hasApplication(fleet, member) ? ["groups"] : [])];
  return stageScript(
    `The platform of ${name}: namespaces, who may do what, and what the application stands on.
Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig${writable ? "" : "; DEPLOYER_KUBECONFIG_FILE, where the deployer's is put"}.`,
    ["kubectl", ...(installs ? ["helm"] : [])],
    [
      WORK_FOLDER,
      useKubeconfig("ADMIN_KUBECONFIG"),
      ...(proxy === undefined
        ? []
        : [`kubectl apply --server-side --filename "$root/aks-engine/${name}/node-proxy.yaml"`]),
      `kubectl apply --server-side --field-manager holdfast --force-conflicts --filename "$root/kubernetes/${name}/00-namespaces.yaml"`,
      ...access.map(
        (file) =>
          `kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/${name}/${file}.yaml"`,
      ),
      ...(writable
        ? [`"$root/access/${name}/deployer-kubeconfig.sh"`]
        : [
            `if [ -n "\${DEPLOYER_KUBECONFIG_FILE:-}" ]; then "$root/access/${name}/deployer-kubeconfig.sh" "$DEPLOYER_KUBECONFIG_FILE"; fi`,
          ]),
      ...(platformSecrets(fleet, member).length === 0 ? [] : [`"$root/access/${name}/fill-platform-secrets.sh"`]),
      ...(installs ? [`"$root/helm/${name}/platform/install.sh"`] : []),
      "",
    ].join("\n"),
  );
}

/** Whether the application's namespace is at the member: at the witness only for an arbiter. */
function hasApplication(fleet: Fleet, { name, role }: Member): boolean {
  return role === "site" || storesAt(fleet, name).length > 0;
}

function storesAt(fleet: Fleet, site: string): readonly Store[] {
  return fleet.stores.filter((store) =>
    store.engine === "postgresql"
      ? store.sites.some((each) => each === site)
      : store.members.some((member) => member.site === site),
  );
}

/** As the deployer: Secrets, stores and holdfast by their manifests, the application by its chart. */
export function applicationScript(fleet: Fleet, member: Member): string {
  const { application } = fleet;
  const { name: site, role } = member;
  const { namespace } = application;
  const stores = storesAt(fleet, site);
  const folders = [
    SYSTEM_NAMESPACE,
    ...stores.map((store) => `${namespace}/${store.name}`),
    ...(role === "site" ? [`${namespace}/${CONTROLLER_NAME}`] : []),
  ];
  const votes = registersOf(fleet).length > 0;
  const publishes = votes && providerOf(fleet).writable && member.addresses.peering.kubernetesApi !== undefined;
  const chart = [
    `helm upgrade --install ${shellQuote(application.name)} "$root/helm/_charts/${application.name}" \\`,
    `  --namespace ${namespace} --values "$root/helm/${site}/values.yaml" --wait --timeout 10m`,
  ];
  return stageScript(
    `Brings ${site} to what was rendered: Secrets, stores, holdfast, the application. Safe to run again.
With the argument first-deploy it does not ask yet whether users are served: no store has a majority of its votes then.
Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig.`,
    ["kubectl", ...(role === "site" ? ["helm"] : [])],
    [
      WORK_FOLDER,
      useKubeconfig("DEPLOYER_KUBECONFIG"),
      "# The deployer reads no Secrets, where Helm would keep its releases.",
      "export HELM_DRIVER=configmap",
      "",
      'apply() { kubectl apply --server-side --field-manager holdfast --force-conflicts --recursive --filename "$1"; }',
      `apply "$root/kubernetes/${site}/00-namespaces.yaml"`,
      ...(requiredSecrets(fleet, site).length === 0 ? [] : [`"$root/access/${site}/fill-secrets.sh"`]),
      // At a site the chart brings them.
      ...(role === "witness" && stores.length > 0
        ? ["default-deny", "allow-dns"].map(
            (policy) => `apply "$root/kubernetes/${site}/${namespace}/network-policy-${policy}.yaml"`,
          )
        : []),
      ...folders.map((folder) => `apply "$root/kubernetes/${site}/${folder}"`),
      ...(role === "site" ? chart : []),
      ...(publishes ? [`"$root/access/${site}/publish-login.sh"`] : []),
      role === "site"
        ? `if [ "\${1:-}" = first-deploy ]; then export HEALTH_PROBE=later; fi\n"$root/pipelines/${site}/health.sh"`
        : `"$root/pipelines/${site}/health.sh"`,
      "",
    ].join("\n"),
  );
}

/** Once every voter has published its login each site gets those of the others, and all have to serve. */
export function verifyScript(fleet: Fleet, { name: site }: Member): string {
  return stageScript(
    `Gives ${site} the logins to voters that were not there when it was deployed, and sees that it serves.
Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig.`,
    ["kubectl"],
    [
      WORK_FOLDER,
      useKubeconfig("DEPLOYER_KUBECONFIG"),
      ...(requiredSecrets(fleet, site).length === 0 ? [] : [`"$root/access/${site}/fill-secrets.sh"`]),
      `"$root/pipelines/${site}/health.sh"`,
      "",
    ].join("\n"),
  );
}

/** The gate before the next site: everything runs, and users would be served. */
export function healthScript(fleet: Fleet, member: Member): string {
  const { application, traffic } = fleet;
  const { name: site, role, addresses } = member;
  const stores = storesAt(fleet, site);
  const kinds = (namespace: string, kind: string) =>
    `for object in $(kubectl --namespace ${namespace} get ${kind} --output name); do\n  kubectl --namespace ${namespace} rollout status "$object" --timeout "$TIMEOUT"\ndone`;
  return stageScript(
    `The gate after a change at ${site}: everything that was deployed runs${role === "site" ? ", and the site answers users" : ""}.
The current kubectl context is that cluster's, as the deployer.`,
    ["kubectl", ...(role === "site" ? ["curl"] : [])],
    [
      'TIMEOUT="${HEALTH_TIMEOUT:-10m}"',
      kinds(SYSTEM_NAMESPACE, "deployments"),
      ...(role === "site" || stores.length > 0 ? [kinds(application.namespace, "statefulsets")] : []),
      ...(role === "site" ? [kinds(application.namespace, "deployments")] : []),
      ...(role === "site" && addresses.ingress !== undefined
        ? [probe(addresses.ingress.host, addresses.ingress.port, traffic)]
        : []),
      "",
    ].join("\n"),
  );
}

/** As users come, but at this site, whatever the name is answered with now; as often in a row as steering wants to see it. */
function probe(host: string, port: number, { host: name, tls, probe: settings }: Fleet["traffic"]): string {
  const scheme = tls.kind === "none" ? "http" : "https";
  const standard = scheme === "http" ? 80 : 443;
  const seconds = Math.max(1, Math.ceil(settings.intervalMs / 1000));
  return `
# A private authority's certificate: name its file in CA_FILE.
answers() {
  curl --silent --show-error --fail --output /dev/null --max-time 10 \${CA_FILE:+--cacert "$CA_FILE"} \\
    --connect-to ${shellQuote(`${name}:${standard}:${host}:${port}`)} ${shellQuote(`${scheme}://${name}${settings.path}`)}
}
[ "\${HEALTH_PROBE:-}" != later ] || { say "whether the site serves is asked when all are there"; exit 0; }
good=0
for ((attempt = 1; attempt <= 60; attempt++)); do
  if answers; then good=$((good + 1)); else good=0; fi
  [ "$good" -lt ${settings.rise + 1} ] || break
  sleep ${seconds}
done
[ "$good" -ge ${settings.rise + 1} ] || { say "${host} does not answer ${settings.path} of ${name}"; exit 1; }
say "${host} answers ${settings.path} of ${name}"`;
}
