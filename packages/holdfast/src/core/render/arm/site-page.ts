import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import { shellQuote } from "../formats/index.ts";
import { assignmentsAt } from "./access.ts";
import { AGENT_SECRET } from "./build-agent-vm.ts";
import { IPSEC_POLICY, vpnPeers } from "./connections.ts";
import { deployCommand } from "./deploy-command.ts";
import type { HubPlace, PlannedNetwork } from "./hub-place.ts";
import { plannedNetwork } from "./hub-place.ts";
import { sharedKeySecret, shellVariable } from "./names.ts";
import { siteTemplates } from "./site-templates.ts";
import { vaultOf } from "./vault.ts";

/** How a person, or a pipeline, deploys the templates beside this page: every command, in order, with what to wait for. */
export function sitePage(place: HubPlace): string {
  const { name, platform } = place;
  const templates = siteTemplates(place);
  const commands = new Map(templates.map((template) => [template.name, deployCommand(template)]));
  const planned = plannedNetwork(place);
  const step = (file: string, title: string, ...text: readonly string[]): readonly string[] => {
    const command = commands.get(file);
    return command === undefined ? [] : [`## ${title}`, ...text.filter((line) => line !== ""), code(command)];
  };
  const groups = [...new Set(templates.map(({ resourceGroup }) => resourceGroup))];
  const sections = [
    `# ${name} on Azure Stack Hub`,
    `Templates for API profile ${platform.apiProfile}. Rendered by holdfast from the fleet file: change that one, and render again. Each step may be run again.`,
    "A parameters file holds what the fleet file knows, and names secrets that Resource Manager reads from the vault. What nobody knows before comes from the shell, as the commands show.",
    "## Sign in",
    code(signIn(place)),
    `Create what is missing of the resource groups:`,
    code(groups.map((group) => `az group create --name ${shellQuote(group)} --location ${platform.region}`).join("\n")),
    ...step("key-vault", "The vault", vaultText(place)),
    ...secretsSection(place),
    ...step("access", "Roles for groups", accessText(place)),
    ...step("1-network", "Phase 1: network and VPN gateway", networkText(planned)),
    ...(planned?.gatewayRange === undefined ? [] : [gatewayText(place, planned)]),
    ...step(
      "helper-vm",
      "The helper machine",
      `It has no public address. \`TOOLS_URL\` is a folder that ${name} reaches, on a mirror or in the Hub's own storage; \`TOOLS_SHA256\` is the checksum of its file SHA256SUMS, which lists aks-engine-azurestack (release ${platform.engine.version}), az, kubectl, helm and age.`,
    ),
    ...step("build-agent-vm", "The pipelines' agent", agentText()),
    ...step("2-connections", "Phase 2: tunnels", connectionsText(place)),
    ...step("3-attach", "Phase 3: the cluster's routes", attachText(place)),
    ...step(
      "locks",
      "Locks",
      "Last, so that a first try can be taken back. To remove what is locked, remove its lock first.",
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}

function code(commands: string): string {
  return `\`\`\`sh\n${commands}\n\`\`\``;
}

/** Every endpoint follows from the portal's address, and the Hub says the rest itself when it is registered. */
function signIn({ platform, name }: HubPlace): string {
  const { management, storageSuffix, vaultDnsSuffix } = hubEndpoints(platform);
  const tenant = platform.identity === "adfs" ? "adfs" : '"$TENANT_ID"';
  // A command line is seen by everybody on the machine: what follows an @ is a file that has the secret.
  const secret = platform.authentication === "client-secret" ? '@"$CLIENT_SECRET_FILE"' : '"$CLIENT_CERTIFICATE_FILE"';
  return [
    `az cloud register --name ${name} --profile ${platform.apiProfile} \\\n  --endpoint-resource-manager ${management} \\\n  --suffix-storage-endpoint ${storageSuffix} --suffix-keyvault-dns .${vaultDnsSuffix}`,
    `az cloud set --name ${name}`,
    `# A person signs in with: az login --tenant ${tenant}`,
    `az login --service-principal --tenant ${tenant} --username "$CLIENT_ID" --password ${secret}`,
    `az account set --subscription ${shellQuote(platform.subscription)}`,
    "SUBSCRIPTION_ID=$(az account show --query id --output tsv)",
    "WORK=$(mktemp -d)",
  ].join("\n");
}

function vaultText(place: HubPlace): string {
  const { name } = vaultOf(place);
  return `\`${name}\` is on this Hub, as Resource Manager reads secrets from its own vaults only. \`DEPLOYER_OBJECT_ID\` reads, \`VAULT_ADMINISTRATORS_OBJECT_ID\` fills. Deployed again, it has these two and no other policies.`;
}

/** From files that only their owner reads: neither a command line nor the shell's history sees a secret. */
function secretsSection(place: HubPlace): readonly string[] {
  const { name } = vaultOf(place);
  const put = (secret: string, file: string) =>
    `az keyvault secret set --vault-name ${shellQuote(name)} --name ${shellQuote(secret)} --file "$WORK/${file}" --output none`;
  const peers = planned(place) ? vpnPeers(place) : [];
  const engine = place.platform.servicePrincipal.keyVaultSecret?.name;
  const lines = [
    "umask 077",
    ...peers.flatMap(({ member }) => {
      const secret = sharedKeySecret(place.name, member.name);
      // One end makes the key, and the first by name does it, unless the other has no templates of ours.
      const here = member.platform.kind !== "azure-stack-hub" || place.name < member.name;
      return [
        here
          ? `# Once: the key of the tunnel to ${member.name}. Carry the file over, for the other end needs the same.`
          : `# The key of the tunnel to ${member.name}, which makes it: the file comes from there.`,
        ...(here ? [`openssl rand -base64 36 | tr -d '\\n' > "$WORK/${secret}"`] : []),
        put(secret, secret),
      ];
    }),
    ...(engine === undefined ? [] : ["# The secret of AKS Engine's service principal.", put(engine, engine)]),
    ...(place.fleet.delivery.selfHostedPools[place.name] === undefined
      ? []
      : ["# The right to add an agent; withdraw it when the agent is there.", put(AGENT_SECRET, AGENT_SECRET)]),
  ];
  return lines.length === 1 ? [] : ["Put the secrets in, each from a file that only you read:", code(lines.join("\n"))];
}

function planned(place: HubPlace): boolean {
  return plannedNetwork(place)?.gatewayRange !== undefined;
}

function accessText(place: HubPlace): string {
  const lines = assignmentsAt(place).map(({ group, role }) => {
    const through = group.includes.length === 0 ? "" : `, and with it the members of ${group.includes.join(", ")}`;
    return `- ${group.name}${through}: ${role}`;
  });
  const assignments = assignmentsAt(place);
  const lookUps = [...new Set(assignments.map(({ role }) => role))].map(
    (role) =>
      `${shellVariable("ROLE", role).slice(1)}=$(az role definition list --name ${shellQuote(role)} --query "[0].name" --output tsv)`,
  );
  return [
    "Groups are made and nested in the directory; their object ids come from there.",
    lines.join("\n"),
    code(lookUps.join("\n")),
  ].join("\n\n");
}

function networkText(network: PlannedNetwork | undefined): string {
  if (network === undefined) return "";
  const { exists, virtualNetwork, resourceGroup, nodes, helpers } = network;
  return [
    exists
      ? `\`${virtualNetwork}\` exists and is not changed, but for its subnets that are named here. Compare the output \`addressSpaces\` with the fleet file. If it has a VPN gateway already, add \`createVpnGateway=false\` here and its name to phase 2.`
      : `Makes \`${virtualNetwork}\`.`,
    ...(helpers === undefined
      ? []
      : [
          `\`helperRange\` (${helpers.range}) was chosen because the fleet file has nothing there: see that it is free.`,
        ]),
    "Deployed again, a subnet keeps only what the template says, so the attached route table is passed on:",
    code(
      `ROUTE_TABLE_ID=$(az network vnet list --resource-group ${shellQuote(resourceGroup)} --output tsv \\\n  --query ${shellQuote(`[?name=='${virtualNetwork}'].subnets[] | [?name=='${nodes.name}'].routeTable.id | [0]`)})`,
    ),
  ].join("\n\n");
}

function gatewayText({ name }: HubPlace, { resourceGroup }: PlannedNetwork): string {
  const variable = shellVariable("GATEWAY_ADDRESS", name).slice(1);
  return [
    "The gateway takes up to 45 minutes. Its address, which the other sites need:",
    code(
      `${variable}=$(az deployment group show --name 1-network --resource-group ${shellQuote(resourceGroup)} --query properties.outputs.gatewayAddress.value --output tsv)`,
    ),
  ].join("\n\n");
}

function agentText(): string {
  return "It calls out by HTTPS and is reached by operators only. The folder of `TOOLS_URL` also holds the agent (vsts-agent-linux-x64-*.tar.gz) for Azure Pipelines, the runner (actions-runner-linux-x64-*.tar.gz) for GitHub Actions.";
}

function connectionsText(place: HubPlace): string {
  const peers = vpnPeers(place).map(({ member }) => member);
  const hubs = peers.filter(({ platform }) => platform.kind === "azure-stack-hub").map(({ name }) => name);
  const others = peers.filter(({ platform }) => platform.kind !== "azure-stack-hub").map(({ name }) => name);
  const policy = Object.entries(IPSEC_POLICY)
    .map(([field, value]) => `${field} ${value}`)
    .join(", ");
  return [
    `Wait until phase 1 is done at ${peers.map(({ name }) => name).join(", ")}, and set ${peers.map(({ name }) => `\`${shellVariable("GATEWAY_ADDRESS", name).slice(1)}\``).join(", ")}.`,
    ...(hubs.length === 0 ? [] : [`One connection joins two Hubs: ${hubs.join(", ")} has the other half.`]),
    ...(others.length === 0
      ? []
      : [
          `${others.join(", ")} is no Hub: its gateway is set up there, with the same key and the ranges of ${place.name}.`,
        ]),
    ...(place.network.vpnGateway?.sku === "Basic"
      ? ["A gateway of size Basic has the Hub's default policy."]
      : [`Both ends have one policy: ${policy}.`]),
    "Inside a tunnel a packet is smaller: clamp TCP's segments to 1350 bytes at other gateways.",
  ].join("\n\n");
}

function attachText({ platform }: HubPlace): string {
  return [
    "After AKS Engine has deployed the cluster (folder `aks-engine`). Until then pods reach only the pods of their own node.",
    code(
      `ROUTE_TABLE_ID=$(az network route-table list --resource-group ${shellQuote(platform.resourceGroup)} --query "[?ends_with(name, '-routetable')].id | [0]" --output tsv)`,
    ),
  ].join("\n\n");
}
