import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import { providerOf } from "../access/secrets/provider.ts";
import { tunnelKey } from "../access/secrets/secret-plan.ts";
import { shellQuote } from "../formats/index.ts";
import { assignmentsAt } from "./access.ts";
import { AGENT_SECRET } from "./build-agent-vm.ts";
import { azurePlaces } from "./azure-place.ts";
import { IPSEC_POLICY, vpnPeers } from "./connections.ts";
import { deployCommand } from "./deploy-command.ts";
import type { HubPlace, PlannedNetwork } from "./hub-place.ts";
import { plannedNetwork } from "./hub-place.ts";
import { sharedKeySecret, shellVariable } from "./names.ts";
import { siteTemplates } from "./site-templates.ts";
import { isFleetVault, vaultOf } from "./vault.ts";

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
    "`key-vault`, `access` and `locks` write locks and role assignments, which a Contributor may not: a person who is Owner of the resource group deploys them, and one of the vault's administrators puts the secrets in. The service principal, a Contributor, deploys the rest.",
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
      `It has no public address. \`TOOLS_URL\` is a folder that ${name} reaches, on a mirror or in the Hub's own storage; \`TOOLS_SHA256\` is the checksum of its file SHA256SUMS, which lists aks-engine-azurestack (release ${platform.engine.version}), az, kubectl, helm, jq and age, and as \`.crt\` the authority of the Hub's certificates where it is your own.`,
      'The Hub\'s marketplace has to have "Custom Script for Linux 2.0" and an Ubuntu 22.04 image; parameters name another image.',
      code(`az vm image list --location ${platform.region} --publisher Canonical --all --output table`),
    ),
    ...step("build-agent-vm", "The pipelines' agent", agentText()),
    ...step("2-connections", "Phase 2: tunnels", connectionsText(place)),
    ...clusterSection(place),
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
  const credential =
    platform.authentication === "client-secret"
      ? '--password @"$CLIENT_SECRET_FILE"'
      : '--certificate "$CLIENT_CERTIFICATE_FILE"';
  return [
    "# A configuration of its own: the login to where the fleet's secrets are stays.",
    `export AZURE_CONFIG_DIR="$HOME/.azure-${name}"`,
    "# az has its own list of authorities; the system's may have that of the Hub's certificates.",
    "export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
    `az cloud show --name ${name} --output none 2> /dev/null || az cloud register --name ${name} --profile ${platform.apiProfile} \\\n  --endpoint-resource-manager ${management} --endpoint-sql-management https://notsupported \\\n  --suffix-storage-endpoint ${storageSuffix} --suffix-keyvault-dns .${vaultDnsSuffix}`,
    `az cloud set --name ${name}`,
    `# A person signs in with: az login --tenant ${tenant}`,
    `az login --service-principal --tenant ${tenant} --username "$CLIENT_ID" ${credential}`,
    `az account set --subscription ${shellQuote(platform.subscription)}`,
    "SUBSCRIPTION_ID=$(az account show --query id --output tsv)",
    "WORK=$(mktemp -d)",
  ].join("\n");
}

function vaultText(place: HubPlace): string {
  const vault = vaultOf(place);
  const pipeline = isFleetVault(place.fleet, vault)
    ? " The pipeline (`PIPELINE_OBJECT_ID`) keeps its secrets here as well."
    : "";
  return `\`${vault.name}\` is on this Hub, as Resource Manager reads secrets from its own vaults only, for whoever may deploy here. The group \`VAULT_ADMINISTRATORS_OBJECT_ID\` fills it.${pipeline} Deployed again, the vault has no other policies.`;
}

/** From files that only their owner reads: neither a command line nor the shell's history sees a secret. */
function secretsSection(place: HubPlace): readonly string[] {
  const { name } = vaultOf(place);
  const put = (secret: string, file: string) =>
    `az keyvault secret set --vault-name ${shellQuote(name)} --name ${shellQuote(secret)} --file "$WORK/${file}" --output none`;
  // What the fleet keeps in a vault of its own is copied from there, or two ends of a tunnel would get two keys.
  const copied = place.role === "site" && place.fleet.access.secrets.kind !== "kubernetes";
  const peers = planned(place) && !copied ? vpnPeers(place) : [];
  const isCopied = copied && place.platform.authentication === "client-secret";
  const engine = isCopied ? undefined : place.platform.servicePrincipal.keyVaultSecret?.name;
  const lines = [
    "umask 077",
    ...(copied
      ? [
          "# Tunnels' keys and a service principal's secret, from where the fleet keeps them. Fill that first: access/_secrets/README.md.",
          `HUB_AZURE_CONFIG_DIR="$HOME/.azure-${place.name}" AZURE_CONFIG_DIR="$HOME/.azure" ../../access/${place.name}/fill-hub-vault.sh`,
        ]
      : []),
    ...peers.flatMap(({ member }) => {
      const secret = sharedKeySecret(place.name, member.name);
      // A key that the fleet keeps is there already: another one would be of no use at the other end.
      if (place.fleet.access.secrets.kind !== "kubernetes")
        return [
          `# The key of the tunnel to ${member.name}, in a file that you alone read: ${providerOf(place.fleet).where(tunnelKey(place.name, member.name))} of the fleet's vault.`,
          put(secret, secret),
        ];
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
  return lines.length === 1
    ? []
    : ["Put the secrets in; what comes from a file is read by you only:", code(lines.join("\n"))];
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
    "Deployed again, a subnet keeps only what the template says, so the attached route table is passed on. Should it be lost, `attach-network.sh` attaches it again.",
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
  const inAzure = azurePlaces(place.fleet).map(({ name }) => name);
  const azure = peers.filter(({ name }) => inAzure.includes(name)).map(({ name }) => name);
  const others = peers
    .filter(({ platform, name }) => platform.kind !== "azure-stack-hub" && !inAzure.includes(name))
    .map(({ name }) => name);
  const policy = Object.entries(IPSEC_POLICY)
    .map(([field, value]) => `${field} ${value}`)
    .join(", ");
  return [
    `Wait until phase 1 is done at ${peers.map(({ name }) => name).join(", ")}, and set ${peers.map(({ name }) => `\`${shellVariable("GATEWAY_ADDRESS", name).slice(1)}\``).join(", ")}.`,
    ...(hubs.length === 0 ? [] : [`One connection joins two Hubs: ${hubs.join(", ")} has the other half.`]),
    ...azure.map((name) => `${name} is in public Azure: \`arm/${name}\` has its side.`),
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

/** One script attaches the routes, and it is not a template: only AKS Engine's stored output says what the engine named them. */
function clusterSection({ name, cluster }: HubPlace): readonly string[] {
  if (cluster === undefined) return [];
  return [
    "## Phase 3: the cluster",
    `On the helper machine, as \`aks-engine/${name}/README.md\` says: \`deploy.sh\` builds it, \`attach-network.sh\` attaches its routes to the nodes' subnet. Until then pods reach only the pods of their own node.`,
  ];
}
