import type { HubPlace } from "./hub-place.ts";
import { hubResource, plannedNetwork } from "./hub-place.ts";
import { resourceName } from "./names.ts";
import type { SecurityRule } from "./security-rules.ts";
import { securityRules } from "./security-rules.ts";
import { idOf, literal, parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";

const MACHINE = "Microsoft.Compute/virtualMachines";
const INTERFACE = "Microsoft.Network/networkInterfaces";
const NSG = "Microsoft.Network/networkSecurityGroups";

export interface Machine {
  /** `helper` or `agent`: the end of its resources' names. */
  readonly what: string;
  readonly rules: readonly SecurityRule[];
  readonly rulesParameters: Readonly<Record<string, Parameter>>;
  /** POSIX shell, run once as root. */
  readonly install: string;
  /** What the script finds in its environment; names of parameters. A secret one is handed over in protected settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/**
 * A Linux machine inside the site's network, without a public address: it calls out, and operators come through the network. Of
 * generation 1, without diagnostics or managed identity, for a Hub has none of these (azure-stack-vm-considerations.md).
 */
export function machineTemplate(place: HubPlace, machine: Machine): Template {
  const name = resourceName(place.name, machine.what, 60);
  return {
    parameters: { ...machineParameters(place), ...machine.rulesParameters, ...machine.parameters },
    variables: {
      subnetId: `[resourceId(${parameter("networkResourceGroup")}, 'Microsoft.Network/virtualNetworks/subnets', ${parameter("virtualNetworkName")}, ${parameter("subnetName")})]`,
      install: literal(machine.install),
    },
    resources: [
      hubResource(place, NSG, `${name}-nsg`, { properties: { securityRules: securityRules(machine.rules) } }),
      networkInterface(place, name),
      virtualMachine(place, name),
      hubResource(place, `${MACHINE}/extensions`, `${name}/install`, {
        dependsOn: [`[${idOf(MACHINE, name)}]`],
        properties: {
          publisher: "Microsoft.Azure.Extensions",
          type: "CustomScript",
          typeHandlerVersion: "2.0",
          autoUpgradeMinorVersion: true,
          settings: {},
          // Encrypted to the machine, as the command may hold a secret.
          protectedSettings: { commandToExecute: commandOf(machine.environment) },
        },
      }),
    ],
    outputs: {
      address: {
        type: "string",
        value: `[reference(${idOf(INTERFACE, `${name}-nic`)}).ipConfigurations[0].properties.privateIPAddress]`,
      },
    },
  };
}

/** In base 64, so that no quote in a value or in the script ends what it stands in. */
function commandOf(environment: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(environment).flatMap(([variable, name]) => [
    `'${variable}=$(echo '`,
    `base64(${parameter(name)})`,
    `' | base64 -d) '`,
  ]);
  return `[concat(${[...assignments, `'sh -c "$(echo '`, "base64(variables('install'))", `' | base64 -d)"'`].join(", ")})]`;
}

function networkInterface(place: HubPlace, name: string): Resource {
  return hubResource(place, INTERFACE, `${name}-nic`, {
    dependsOn: [`[${idOf(NSG, `${name}-nsg`)}]`],
    properties: {
      networkSecurityGroup: { id: `[${idOf(NSG, `${name}-nsg`)}]` },
      ipConfigurations: [
        {
          name: "default",
          properties: { privateIPAllocationMethod: "Dynamic", subnet: { id: "[variables('subnetId')]" } },
        },
      ],
    },
  });
}

function virtualMachine(place: HubPlace, name: string): Resource {
  const user = parameter("adminUsername");
  return hubResource(place, MACHINE, name, {
    dependsOn: [`[${idOf(INTERFACE, `${name}-nic`)}]`],
    properties: {
      hardwareProfile: { vmSize: `[${parameter("vmSize")}]` },
      storageProfile: {
        imageReference: {
          publisher: `[${parameter("imagePublisher")}]`,
          offer: `[${parameter("imageOffer")}]`,
          sku: `[${parameter("imageSku")}]`,
          version: "latest",
        },
        osDisk: {
          name: `${name}-os`,
          osType: "Linux",
          createOption: "FromImage",
          caching: "ReadWrite",
          diskSizeGB: 64,
          managedDisk: { storageAccountType: "Standard_LRS" },
        },
      },
      osProfile: {
        computerName: name,
        adminUsername: `[${user}]`,
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          provisionVMAgent: true,
          ssh: {
            publicKeys: [
              {
                path: `[concat('/home/', ${user}, '/.ssh/authorized_keys')]`,
                keyData: `[${parameter("sshPublicKey")}]`,
              },
            ],
          },
        },
      },
      networkProfile: {
        networkInterfaces: [{ id: `[${idOf(INTERFACE, `${name}-nic`)}]`, properties: { primary: true } }],
      },
    },
  });
}

function machineParameters(place: HubPlace): Record<string, Parameter> {
  const { platform, cluster } = place;
  const planned = plannedNetwork(place);
  const known = (about: string, value: string | undefined, fromShell: string): Parameter =>
    value === undefined ? { type: "string", about, fromShell } : { type: "string", about, value };
  const image = (about: string, byDefault: string): Parameter => ({ type: "string", about, byDefault });
  return {
    networkResourceGroup: known(
      "Resource group of the virtual network.",
      planned?.resourceGroup,
      "$NETWORK_RESOURCE_GROUP",
    ),
    virtualNetworkName: known("The virtual network.", planned?.virtualNetwork, "$VIRTUAL_NETWORK"),
    subnetName: known("The subnet for the machine.", (planned?.helpers ?? planned?.nodes)?.name, "$SUBNET"),
    vmSize: { type: "string", about: "Size of the machine.", value: platform.engine.helperVmSize },
    adminUsername: { type: "string", about: "Name of the administrator.", value: cluster?.ssh.user ?? "azureuser" },
    sshPublicKey: known("OpenSSH public key of the administrator.", cluster?.ssh.publicKey, "$SSH_PUBLIC_KEY"),
    imagePublisher: image("Publisher of the Ubuntu image, as the Hub's marketplace has it.", "Canonical"),
    imageOffer: image("Offer of the image.", "0001-com-ubuntu-server-jammy"),
    imageSku: image("Kind of the image; of generation 1.", "22_04-lts"),
  };
}
