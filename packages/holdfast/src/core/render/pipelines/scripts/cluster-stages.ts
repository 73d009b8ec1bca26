import { isHubSite } from "../../../azure-stack-hub/index.ts";
import type { Fleet, HostPort, Member, Store } from "../../../spec/index.ts";
import { platformSecrets, providerOf } from "../../access/index.ts";
import { platformCharts } from "../../helm/platform/platform-charts.ts";
import { shellQuote } from "../../formats/index.ts";
import { operatedStoresAt } from "../../databases/index.ts";
import {
  CONTROLLER_NAME,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SYSTEM_NAMESPACE,
  requiredSecrets,
} from "../../kubernetes/index.ts";
import { registersOf } from "../../kubernetes/voter-names.ts";
import { agentFor } from "../agents.ts";
import { OPERATED_STORES, operatedStores } from "./database-stages.ts";
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
  const operated = installs ? operatedStoresAt(fleet, member).map(({ store }) => store.name) : [];
  const install = `"$root/helm/${name}/platform/install.sh"`;
  const access = ["viewer", "operator", "deployer", ...(groups && hasApplication(fleet, member) ? ["groups"] : [])];
  return stageScript(
    `The platform of ${name}: namespaces, who may do what, and what the application stands on.
Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig${writable ? "" : "; DEPLOYER_KUBECONFIG_FILE, where the deployer's is put"}${operated.length === 0 ? "" : `; ${OPERATED_STORES}`}.`,
    ["kubectl", ...(installs ? ["helm"] : [])],
    [
      WORK_FOLDER,
      useKubeconfig("ADMIN_KUBECONFIG"),
      ...(operated.length === 0 ? [] : [operatedStores(fleet)]),
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
      ...(operated.length === 0
        ? installs
          ? [install]
          : []
        : [
            `if ${operated.map((store) => `operated ${store}`).join(" || ")}; then`,
            `  ${install} --operators`,
            "else",
            `  ${install}`,
            "fi",
          ]),
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
  const operated = new Set(operatedStoresAt(fleet, member).map(({ store }) => store.name));
  const applyFolder = (folder: string) => `apply "$root/kubernetes/${site}/${folder}"`;
  const votes = registersOf(fleet).length > 0;
  const publishes = votes && providerOf(fleet).writable && member.addresses.peering.kubernetesApi !== undefined;
  const chart = [
    `helm upgrade --install ${shellQuote(application.name)} "$root/helm/_charts/${application.name}" \\`,
    `  --namespace ${namespace} --values "$root/helm/${site}/values.yaml" "\${waits[@]}"`,
  ];
  const isFirst = 'if [ "${1:-}" = first-deploy ]; then';
  return stageScript(
    `Brings ${site} to what was rendered: Secrets, stores, holdfast, the application. Safe to run again.
With the argument first-deploy it waits for nothing: no store serves before all its voters are there, nor does what needs one.
Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig${operated.size === 0 ? "" : `; ${OPERATED_STORES}, as databases.sh has it`}.`,
    ["kubectl", ...(role === "site" ? ["helm"] : [])],
    [
      WORK_FOLDER,
      useKubeconfig("DEPLOYER_KUBECONFIG"),
      "# The deployer reads no Secrets, where Helm would keep its releases.",
      "export HELM_DRIVER=configmap",
      "",
      ...(operated.size === 0 ? [] : [operatedStores(fleet)]),
      'apply() { kubectl apply --server-side --field-manager holdfast --force-conflicts --recursive --filename "$1"; }',
      `apply "$root/kubernetes/${site}/00-namespaces.yaml"`,
      ...(requiredSecrets(fleet, site).length === 0 ? [] : [`"$root/access/${site}/fill-secrets.sh"`]),
      // At a site the chart brings them.
      ...(role === "witness" && stores.length > 0
        ? ["default-deny", "allow-dns"].map(
            (policy) => `apply "$root/kubernetes/${site}/${namespace}/network-policy-${policy}.yaml"`,
          )
        : []),
      applyFolder(SYSTEM_NAMESPACE),
      ...stores.map(({ name }) =>
        operated.has(name)
          ? `operated ${name} || ${applyFolder(`${namespace}/${name}`)}`
          : applyFolder(`${namespace}/${name}`),
      ),
      ...(role === "site" ? [applyFolder(`${namespace}/${CONTROLLER_NAME}`)] : []),
      // Before anything waits: the other sites vote with it.
      ...(publishes ? [publishLogin(site)] : []),
      ...(role === "site" ? ["waits=(--wait --timeout 10m)", `${isFirst} waits=(--timeout 10m); fi`, ...chart] : []),
      `${isFirst} say "whether everything runs is asked when all are there: verify.sh"; exit 0; fi`,
      `"$root/pipelines/${site}/health.sh"`,
      "",
    ].join("\n"),
  );
}

function publishLogin(site: string): string {
  return `# The API server fills the login's token in a moment after its Secret was made.
for ((attempt = 1; attempt <= 10; attempt++)); do
  ! "$root/access/${site}/publish-login.sh" || break
  [ "$attempt" -lt 10 ] || refuse "the login of ${site}'s voter was not published"
  sleep 3
done`;
}

/** Once every voter has published its login each site gets those of the others, and all have to serve. */
export function verifyScript(fleet: Fleet, member: Member): string {
  const { name: site } = member;
  const isHosted = agentFor(fleet, member, { management: false, kubernetesApi: true }).kind === "hosted";
  const others = fleet.sites.flatMap(({ name, addresses: { ingress, peering } }) => {
    const address = isHosted ? ingress : (peering.ingress ?? ingress);
    return name === site || address === undefined ? [] : [{ name, address }];
  });
  return stageScript(
    `verify.sh [logins]
Gives ${site} the logins to voters that were not there when it was deployed, and sees that it serves; with the argument logins only the first.
Another site that does not answer is a warning: it may be lost, and holds up nothing here.
Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig.`,
    ["kubectl", ...(others.length === 0 ? [] : ["curl"])],
    [
      WORK_FOLDER,
      useKubeconfig("DEPLOYER_KUBECONFIG"),
      ...(requiredSecrets(fleet, site).length === 0 ? [] : [`"$root/access/${site}/fill-secrets.sh"`]),
      '[ "${1:-}" != logins ] || exit 0',
      `"$root/pipelines/${site}/health.sh"`,
      ...(others.length === 0
        ? []
        : [WARN, ...others.map((other) => lookAt(other.name, other.address, fleet.traffic))]),
      "",
    ].join("\n"),
  );
}

/** Azure Pipelines and GitHub Actions show lines like these in a run's summary. */
const WARN = `
warn() {
  say "warning: $*"
  [ -z "\${TF_BUILD:-}" ] || printf '##vso[task.logissue type=warning]%s\\n' "$*"
  [ -z "\${GITHUB_ACTIONS:-}" ] || printf '::warning::%s\\n' "$*"
}`;

function lookAt(name: string, { host, port }: HostPort, traffic: Fleet["traffic"]): string {
  return `${curlAs(host, port, traffic, "  ")} ||
  warn "${name} does not answer users at ${host}: nobody waits for it here"`;
}

/** The gate before the next site: everything runs, and users would be served. */
export function healthScript(fleet: Fleet, member: Member): string {
  const { application, traffic } = fleet;
  const { name: site, role, addresses } = member;
  const stores = storesAt(fleet, site);
  const kinds = (namespace: string, kind: string, more = "") =>
    // Not in the loop's own line, where a cluster that does not answer would be one that has nothing to wait for.
    `objects="$(kubectl --namespace ${namespace} get ${kind}${more} --output name)"\nfor object in $objects; do\n  kubectl --namespace ${namespace} rollout status "$object" --timeout "$TIMEOUT"\ndone`;
  // An operator's are its own: it replaces their pods itself, of which kubectl cannot tell the end.
  const own = ` --selector ${MANAGED_BY_LABEL}=${MANAGED_BY}`;
  return stageScript(
    `The gate after a change at ${site}: everything that was deployed runs${role === "site" ? ", and the site answers users" : ""}.
The current kubectl context is that cluster's, as the deployer.`,
    ["kubectl", ...(role === "site" ? ["curl"] : [])],
    [
      'TIMEOUT="${HEALTH_TIMEOUT:-10m}"',
      kinds(SYSTEM_NAMESPACE, "deployments"),
      ...(role === "site" || stores.length > 0 ? [kinds(application.namespace, "statefulsets", own)] : []),
      ...(role === "site" ? [kinds(application.namespace, "deployments")] : []),
      ...(role === "site" && addresses.ingress !== undefined
        ? [probe(addresses.ingress.host, addresses.ingress.port, traffic)]
        : []),
      "",
    ].join("\n"),
  );
}

/** As users come, but at this site, whatever the name is answered with now. */
function curlAs(
  host: string,
  port: number,
  { host: name, tls, probe: { path } }: Fleet["traffic"],
  indent: string,
): string {
  const scheme = tls.kind === "none" ? "http" : "https";
  const standard = scheme === "http" ? 80 : 443;
  return `curl --silent --show-error --fail --output /dev/null --max-time 10 \${CA_FILE:+--cacert "$CA_FILE"} \\
${indent}--connect-to ${shellQuote(`${name}:${standard}:${host}:${port}`)} ${shellQuote(`${scheme}://${name}${path}`)}`;
}

/** As often in a row as steering wants to see it. */
function probe(host: string, port: number, traffic: Fleet["traffic"]): string {
  const { host: name, probe: settings } = traffic;
  const seconds = Math.max(1, Math.ceil(settings.intervalMs / 1000));
  return `
# A private authority's certificate: name its file in CA_FILE.
answers() {
  ${curlAs(host, port, traffic, "    ")}
}
good=0
for ((attempt = 1; attempt <= 60; attempt++)); do
  if answers; then good=$((good + 1)); else good=0; fi
  [ "$good" -lt ${settings.rise + 1} ] || break
  sleep ${seconds}
done
[ "$good" -ge ${settings.rise + 1} ] || { say "${host} does not answer ${settings.path} of ${name}"; exit 1; }
say "${host} answers ${settings.path} of ${name}"`;
}
