import { providerOf } from "../access/secrets/provider.ts";
import { gatewayAddress } from "../access/secrets/secret-plan.ts";
import { shellQuote } from "../formats/index.ts";
import { gatewayTemplates } from "./azure-gateway.ts";
import type { AzurePlace } from "./azure-place.ts";
import { IPSEC_POLICY } from "./connections.ts";
import { deployCommand } from "./deploy-command.ts";
import { sharedKeySecret, shellVariable } from "./names.ts";
import { publicVault } from "./public-vault.ts";

/** How the place's side of the VPN is deployed: every command, in order, with what to wait for. */
export function azurePlacePage(place: AzurePlace): string {
  const { name, planned } = place;
  const [network = "", connections = ""] = gatewayTemplates(place).map(deployCommand);
  const sections = [
    `# ${name} in public Azure`,
    "Its side of the VPN. Rendered by holdfast from the fleet file: change that one, and render again. Each step may be run again.",
    clusterText(place),
    "## Sign in",
    code(signIn(place)),
    "## Phase 1: network and VPN gateway",
    planned.exists
      ? `\`${planned.virtualNetwork}\` exists, and gets the gateway's subnet only. Compare the output \`addressSpaces\` with the fleet file. If it has a VPN gateway already, add \`createVpnGateway=false\` here and its name to phase 2.`
      : `Makes \`${planned.virtualNetwork}\` where it is not there yet, and never again: it would lose the subnets that it has by then.`,
    `\`gatewayRange\` (${planned.gatewayRange}) has to be free. It gets no security group and no route table.`,
    ...(planned.exists ? [] : [code(lookForNetwork(place))]),
    code(network),
    "The gateway takes up to 45 minutes. The other sites need its address:",
    code(tellAddress(place)),
    "## Phase 2: tunnels",
    `Wait until phase 1 is done at ${place.peers.map(({ member }) => member.name).join(", ")}, whose addresses are needed:`,
    code(peerAddresses(place)),
    keysText(place),
    `Both ends have one policy: ${Object.entries(IPSEC_POLICY)
      .map(([field, value]) => `${field} ${value}`)
      .join(", ")}. A Hub's gateway of size Basic has the same by itself.`,
    code(connections),
  ];
  return `${sections.join("\n\n")}\n`;
}

function code(commands: string): string {
  return `\`\`\`sh\n${commands}\n\`\`\``;
}

function clusterText({ planned, nodeAddresses }: AzurePlace): string {
  const where =
    planned.nodes === undefined ? "with a subnet of their own" : `in the subnet \`${planned.nodes.name}\` of it`;
  const expected =
    nodeAddresses.length === 0
      ? ""
      : ` The other sites look for it at ${nodeAddresses.join(" and ")}, in that network.`;
  return `Whoever builds the cluster puts its nodes into \`${planned.virtualNetwork}\`, ${where}.${expected} Its own security group has to let the ports of the stores in, from the other sites' ranges only.`;
}

function signIn({ region, planned, fleet }: AzurePlace): string {
  const vault = publicVault(fleet);
  return [
    "umask 077",
    "unset AZURE_CONFIG_DIR",
    "az cloud set --name AzureCloud",
    "az login",
    ...(vault === undefined ? [] : [`# The subscription that has the vault ${vault.name}.`]),
    'az account set --subscription "$AZURE_SUBSCRIPTION"',
    ...(vault === undefined ? [] : ["SUBSCRIPTION_ID=$(az account show --query id --output tsv)"]),
    "WORK=$(mktemp -d)",
    `az group create --name ${shellQuote(planned.resourceGroup)} --location ${region === undefined ? '"$AZURE_LOCATION"' : shellQuote(region)}`,
  ].join("\n");
}

function lookForNetwork({ planned }: AzurePlace): string {
  const query = `contains([].name, '${planned.virtualNetwork}') && 'false' || 'true'`;
  return `CREATE_NETWORK=$(az network vnet list --resource-group ${shellQuote(planned.resourceGroup)} --output tsv \\\n  --query ${shellQuote(query)})`;
}

function addressOf(site: string): string {
  return shellVariable("GATEWAY_ADDRESS", site).slice(1);
}

function tellAddress({ fleet, name, planned }: AzurePlace): string {
  const provider = providerOf(fleet);
  return [
    `${addressOf(name)}=$(az deployment group show --name 1-network --resource-group ${shellQuote(planned.resourceGroup)} --query properties.outputs.gatewayAddress.value --output tsv)`,
    provider.writable
      ? `printf '%s' "$${addressOf(name)}" | ../../access/_secrets/put.sh ${shellQuote(provider.reference(gatewayAddress(name)))}`
      : `echo "$${addressOf(name)}"`,
  ].join("\n");
}

function peerAddresses({ fleet, peers }: AzurePlace): string {
  const vault = publicVault(fleet);
  return peers
    .map(({ member: { name } }) =>
      vault === undefined
        ? `${addressOf(name)}= # the public address of the gateway of ${name}`
        : `${addressOf(name)}=$(az keyvault secret show --vault-name ${shellQuote(vault.name)} --name ${shellQuote(providerOf(fleet).reference(gatewayAddress(name)))} --query value --output tsv)`,
    )
    .join("\n");
}

function keysText({ fleet, name, peers }: AzurePlace): string {
  const vault = publicVault(fleet);
  return vault === undefined
    ? `Put the key of each tunnel, the same as at its other end, into ${peers.map(({ member }) => `\`$WORK/${sharedKeySecret(name, member.name)}\``).join(", ")}; remove the files after.`
    : `The tunnels' keys are in \`${vault.name}\`, and Resource Manager reads them there: whoever deploys needs a role with \`Microsoft.KeyVault/vaults/deploy/action\` on it, such as Contributor.`;
}
