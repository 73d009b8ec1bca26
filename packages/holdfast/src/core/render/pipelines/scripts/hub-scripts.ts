import { hubEndpoints } from "../../../azure-stack-hub/index.ts";
import type { HubSite } from "../../../azure-stack-hub/index.ts";
import type { Fleet, SiteName } from "../../../spec/index.ts";
import { adminKubeconfig, gatewayAddress, providerOf } from "../../access/index.ts";
import { vpnPeers } from "../../arm/connections.ts";
import { deployCommand } from "../../arm/deploy-command.ts";
import { hubPlaces, plannedNetwork } from "../../arm/hub-place.ts";
import type { HubPlace } from "../../arm/hub-place.ts";
import { shellVariable } from "../../arm/names.ts";
import { siteTemplates } from "../../arm/site-templates.ts";
import { shellQuote } from "../../formats/index.ts";
import { WORK_FOLDER, stageScript } from "./stage-script.ts";

export function placeOf(fleet: Fleet, site: SiteName): HubPlace | undefined {
  return hubPlaces(fleet).find(({ name }) => name === site);
}

/** The peers whose gateways' addresses this site's connections need. */
export function tunnelPeers(place: HubPlace): readonly SiteName[] {
  const planned = plannedNetwork(place);
  return planned?.gatewayRange === undefined ? [] : vpnPeers(place).map(({ member }) => member.name);
}

export function addressVariable(site: SiteName): string {
  return shellVariable("GATEWAY_ADDRESS", site).slice(1);
}

/** Variables, not secret, that the network's template takes and nobody here can look up. */
export function networkVariables(place: HubPlace): readonly string[] {
  const template = siteTemplates(place).find(({ name }) => name === "1-network")?.template;
  return Object.values(template?.parameters ?? {}).flatMap(({ fromShell }) =>
    fromShell === undefined || fromShell === "$ROUTE_TABLE_ID" ? [] : [fromShell.slice(1)],
  );
}

/** Phase 1: the network and the gateway. Undefined where the fleet file plans no network. */
export function infrastructureScript(place: HubPlace): string | undefined {
  const template = siteTemplates(place).find(({ name }) => name === "1-network");
  const planned = plannedNetwork(place);
  if (template === undefined || planned === undefined) return undefined;
  const { resourceGroup, virtualNetwork, nodes } = planned;
  const query = `[?name=='${virtualNetwork}'].subnets[] | [?name=='${nodes.name}'].routeTable.id | [0]`;
  const provider = providerOf(place.fleet);
  const address = [
    `address="$(az deployment group show --name 1-network --resource-group ${shellQuote(resourceGroup)} --query properties.outputs.gatewayAddress.value --output tsv)"`,
    `say "the gateway of ${place.name} has the address $address"`,
    ...(provider.writable
      ? [
          `printf '%s' "$address" | as_caller "$root/access/_secrets/put.sh" ${shellQuote(provider.reference(gatewayAddress(place.name)))}`,
        ]
      : []),
  ];
  return stageScript(
    `Phase 1 at ${place.name}: the virtual network and the VPN gateway, which takes up to 45 minutes the first time.`,
    ["az"],
    [
      ...(networkVariables(place).length === 0 ? [] : [`given ${networkVariables(place).join(" ")}`]),
      signInToHub(place),
      `az group create --name ${shellQuote(resourceGroup)} --location ${place.platform.region} --output none`,
      "# Deployed again, a subnet keeps only what the template says, so the attached route table is passed on.",
      `ROUTE_TABLE_ID="$(az network vnet list --resource-group ${shellQuote(resourceGroup)} --output tsv \\\n  --query ${shellQuote(query)})"`,
      'cd "$root/arm/' + place.name + '"',
      deployCommand(template),
      ...(planned.gatewayRange === undefined ? [] : address),
      "",
    ].join("\n"),
  );
}

/** Phase 2: this site's ends of its tunnels. */
export function connectionsScript(place: HubPlace): string | undefined {
  const template = siteTemplates(place).find(({ name }) => name === "2-connections");
  const peers = tunnelPeers(place);
  if (template === undefined || peers.length === 0) return undefined;
  return stageScript(
    `Phase 2 at ${place.name}: its ends of the tunnels, once the gateway of each peer has its address.
The keys of the tunnels are in the Hub's own vault: access/${place.name}/fill-hub-vault.sh puts them there.
Environment: ${peers.map(addressVariable).join(", ")}.`,
    ["az"],
    [
      ...peers.map(
        (peer) => `: "\${${addressVariable(peer)}:?set it to the public address of the gateway of ${peer}}"`,
      ),
      signInToHub(place),
      `cd "$root/arm/${place.name}"`,
      deployCommand(template),
      "",
    ].join("\n"),
  );
}

/** With a configuration of its own, so that whoever called is still signed in to where the secrets are. */
function signInToHub({ name, platform }: HubPlace): string {
  const { management, storageSuffix, vaultDnsSuffix } = hubEndpoints(platform);
  const tenant = platform.identity === "adfs" ? "${AZURE_TENANT_ID:-adfs}" : "$AZURE_TENANT_ID";
  const login =
    platform.authentication === "client-secret"
      ? `# From standard input: an argument is seen by everybody on the machine.
printf '%s' "$AZURE_CLIENT_SECRET" | az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "${tenant}" --password @- --output none
unset AZURE_CLIENT_SECRET`
      : `printf '%s\\n' "$HUB_CLIENT_PRIVATE_KEY" "$HUB_CLIENT_CERTIFICATE" > "$work/login.pem"
unset HUB_CLIENT_PRIVATE_KEY
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "${tenant}" --certificate "$work/login.pem" --output none`;
  return `${WORK_FOLDER}
caller_config="\${AZURE_CONFIG_DIR:-$HOME/.azure}"
as_caller() { AZURE_CONFIG_DIR="$caller_config" "$@"; }
export AZURE_CONFIG_DIR="$work/az" WORK="$work"

az cloud register --name ${name} --profile ${platform.apiProfile} --endpoint-resource-manager ${management} \\
  --suffix-storage-endpoint ${storageSuffix} --suffix-keyvault-dns .${vaultDnsSuffix} --output none
az cloud set --name ${name} --output none
${login}
az account set --subscription "\${AZURE_SUBSCRIPTION_ID:-${platform.subscription}}" --output none
# shellcheck disable=SC2034 # Only some templates need it.
SUBSCRIPTION_ID="$(az account show --query id --output tsv)"
`;
}

/** Everything that AKS Engine does: `cluster.sh deploy`, and what changes a cluster that is there. */
export function clusterScript(fleet: Fleet, hub: HubSite): string {
  const provider = providerOf(fleet);
  const engine = `"$root/aks-engine/${hub.name}`;
  return stageScript(
    `cluster.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs
The cluster of ${hub.name}. Its environment is that of the scripts in aks-engine/${hub.name}; keys come as text:
HOLDFAST_AGE_KEY opens the stored output, HOLDFAST_SSH_PRIVATE_KEY is for the nodes (rotate-certs).
redeploy: the cluster was lost. What is stored of it is put aside, and a new one is built.`,
    ["bash"],
    `${WORK_FOLDER}
key_file() { # key_file VARIABLE NAME: the text of a key as a file in memory
  [ -z "\${!1:-}" ] || { printf '%s\\n' "\${!1}" > "$work/$1"; export "$2=$work/$1"; }
  unset "$1"
}
key_file HOLDFAST_AGE_KEY HOLDFAST_AGE_IDENTITY
key_file HOLDFAST_SSH_PRIVATE_KEY HOLDFAST_SSH_KEY
key_file HUB_CLIENT_CERTIFICATE AZURE_CLIENT_CERTIFICATE_PATH
key_file HUB_CLIENT_PRIVATE_KEY AZURE_CLIENT_PRIVATE_KEY_PATH

# What AKS Engine wrote, encrypted: it is on this machine, and a copy of it goes where the pipeline keeps things.
state="\${HOLDFAST_STATE_DIR:-$HOME/.local/state/holdfast/aks-engine}/${fleet.name}/${hub.name}"
copy="\${HOLDFAST_STATE_COPY:-}"
if [ -n "$copy" ] && [ ! -d "$state" ] && [ -e "$copy/progress" ] && [ "\${1:-}" != redeploy ]; then
  mkdir -p "$state"
  cp -a "$copy/." "$state/"
fi
keep() {
  [ -n "$copy" ] && [ -d "$state" ] || return 0
  mkdir -p "$copy"
  cp -a "$state/." "$copy/"
  rm -f "$copy/lock"
}
trap 'keep; rm -rf "$work"' EXIT

case "\${1:-}" in
  deploy | first-deploy) ;;
  redeploy)
    # deploy.sh refuses to build where nodes of the old cluster still are: nothing is lost by this.
    if [ -d "$state" ]; then mv "$state" "$state.lost-$(date -u +%Y%m%dT%H%M%SZ)"; fi
    ;;
  scale | upgrade | upgrade-os-image | rotate-certs) ;;
  *) refuse "usage: cluster.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs" ;;
esac
case "$1" in
  deploy | first-deploy | redeploy)
    ${engine}/deploy.sh"
    ${engine}/attach-network.sh"
    ;;
  scale) ${engine}/scale.sh" ;;
  upgrade) ${engine}/upgrade.sh" ;;
  upgrade-os-image) ${engine}/upgrade-os-image.sh" ;;
  rotate-certs) ${engine}/rotate-certs.sh" ;;
esac
${
  provider.writable
    ? `
# The administrator's login, out of the stored output and into the vault. The subshell opens and closes the output.
(
  here="$root/aks-engine/${hub.name}"
  # shellcheck source=/dev/null
  source "$here/common.sh"
  open_cluster
  cat "$OUTPUT/kubeconfig/kubeconfig.$LOCATION.json"
) > "$work/admin"
"$root/access/_secrets/put.sh" ${shellQuote(provider.reference(adminKubeconfig(hub.name)))} < "$work/admin"
`
    : `say "put the new kubeconfig into the pipeline's variable ${provider.reference(adminKubeconfig(hub.name))}: aks-engine/${hub.name}/README.md says where it is"\n`
}`,
  );
}
