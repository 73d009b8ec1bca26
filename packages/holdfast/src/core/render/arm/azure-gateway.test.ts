import { describe, expect, it } from "vitest";
import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { changed } from "../testing/example-fleets.ts";
import { IPSEC_POLICY } from "./connections.ts";
import { contentOf, exampleFleet, filesOf, templateOf } from "./testing/rendered.ts";
import type { Data, ReadTemplate } from "./testing/rendered.ts";

const hubs = exampleFleet("ratings-azure-stack-hub");
const WITNESS = "    addressSpaces: [10.102.0.0/16]\n";

const phase1 = (fleet: Fleet) => templateOf(fleet, "azure-central/1-network.json");
const phase2 = (fleet: Fleet, site = "azure-central") => templateOf(fleet, `${site}/2-connections.json`);
const resources = ({ deployed }: ReadTemplate, type: string): Data[] =>
  deployed.resources.filter((each) => each.type === `Microsoft.Network/${type}`);

describe("the network of a witness in public Azure", () => {
  it("is made once, and deployed again only gets the gateway's subnet, as it has others' subnets by then (R65, R72)", () => {
    const { template, deployed } = phase1(hubs);
    const [network] = template.resources;
    expect([network.name, network.condition]).toEqual(["azure-central-vnet", "[parameters('createVirtualNetwork')]"]);
    expect(network.properties).toEqual({ addressSpace: { addressPrefixes: ["10.102.0.0/16"] }, subnets: [] });
    expect(deployed.resources.filter(({ condition }) => condition === undefined).map(({ name }) => name)).toEqual([
      "azure-central-vnet/GatewaySubnet",
    ]);
    const page = contentOf(hubs, "azure-central/README.md");
    expect(page.indexOf("CREATE_NETWORK=$(az network vnet list")).toBeLessThan(
      page.indexOf('"createVirtualNetwork=$CREATE_NETWORK"'),
    );
  });

  it("that exists is left alone but for that subnet, whose range is the file's (R72)", () => {
    const fleet = changed("ratings-azure-stack-hub", [
      WITNESS,
      `${WITNESS}    existing: { resourceGroup: aks, virtualNetwork: aks-vnet }\n    gatewaySubnet: 10.102.9.0/27\n`,
    ]);
    const { deployed, template } = phase1(fleet);
    expect(resources(phase1(fleet), "virtualNetworks")).toEqual([]);
    expect(template.parameters["createVirtualNetwork"]).toBeUndefined();
    expect([deployed.resources[0].name, deployed.resources[0].properties]).toEqual([
      "aks-vnet/GatewaySubnet",
      { addressPrefix: "10.102.9.0/27" },
    ]);
    expect(contentOf(fleet, "azure-central/README.md")).toContain("--resource-group aks ");
  });

  it("has a range for the gateway that keeps off the nodes' subnet and the addresses that others expect (R71)", () => {
    const fleet = changed(
      "ratings-azure-stack-hub",
      [WITNESS, "    addressSpaces: [10.102.1.0/25]\n    nodeSubnet: { name: nodes, range: 10.102.1.0/28 }\n"],
      ["dataHost: 10.102.1.11", "dataHost: 10.102.1.126"],
    );
    const [network] = resources(phase1(fleet), "virtualNetworks");
    expect(network.properties.subnets).toEqual([{ name: "nodes", properties: { addressPrefix: "10.102.1.0/28" } }]);
    const range = parseIpv4Range(phase1(fleet).values.parameters.gatewayRange.value)!;
    for (const taken of ["10.102.1.0/28", "10.102.1.126/32"])
      expect(rangesOverlap(range, parseIpv4Range(taken)!)).toBe(false);
  });

  it("has a gateway of a size and an address that Azure still makes, whatever size of a Hub the file names (R65)", () => {
    const sized = (sku: string) =>
      changed("ratings-azure-stack-hub", [WITNESS, `${WITNESS}    vpnGateway: { sku: ${sku} }\n`]);
    for (const [fleet, size] of [
      [hubs, "VpnGw1AZ"],
      [sized("Basic"), "VpnGw1AZ"],
      [sized("HighPerformance"), "VpnGw2AZ"],
      [sized("VpnGw3"), "VpnGw3AZ"],
    ] as const) {
      const [gateway] = resources(phase1(fleet), "virtualNetworkGateways");
      expect(gateway.properties).toMatchObject({
        gatewayType: "Vpn",
        vpnType: "RouteBased",
        sku: { name: size, tier: size },
      });
      const [address] = resources(phase1(fleet), "publicIPAddresses");
      expect([address.sku.name, address.properties.publicIPAllocationMethod]).toEqual(["Standard", "Static"]);
    }
  });
});

describe("its tunnels", () => {
  it("are the other halves of the Hubs': the same key, the same policy, each other's ranges (R64, R65, R120)", () => {
    expect(resources(phase2(hubs), "connections").map(({ name }) => name)).toEqual([
      "azure-central-to-seattle",
      "azure-central-to-orlando",
    ]);
    for (const [index, site] of hubs.sites.entries()) {
      const [here, there] = [phase2(hubs), phase2(hubs, site.name)];
      const connection = resources(here, "connections")[index];
      const other = resources(there, "connections").find(({ name }) => name === `${site.name}-to-azure-central`);
      const { virtualNetworkGateway1, localNetworkGateway2, sharedKey, ...agreed } = connection.properties;
      expect(virtualNetworkGateway1.id).toMatch(/virtualNetworkGateways\/azure-central-vpn$/);
      expect(localNetworkGateway2.id).toMatch(new RegExp(`localNetworkGateways/azure-central-to-${site.name}$`));
      expect(sharedKey).toBe(`given-sharedKey_${site.name}`);
      expect(other.properties).toMatchObject(agreed);
      expect(agreed.ipsecPolicies).toEqual([IPSEC_POLICY]);
      expect(resources(here, "localNetworkGateways")[index].properties).toEqual({
        gatewayIpAddress: `given-gatewayAddress_${site.name}`,
        localNetworkAddressSpace: { addressPrefixes: site.network.addressSpaces },
      });
    }
  });

  it("take their keys from where the Hubs' vaults were filled from (R120, R123)", () => {
    const { reference } = phase2(hubs).values.parameters.sharedKey_seattle;
    expect(reference.keyVault.id).toMatch(/\/resourceGroups\/ratings-global\/.*\/vaults\/ratings-global-kv$/);
    const files = changed("ratings-azure-stack-hub");
    expect(contentOf(files, "azure-central/README.md")).toContain('sed "s/__SUBSCRIPTION_ID__/$SUBSCRIPTION_ID/"');
    expect(reference.secretName).toBe("fleet--vpn-azure-central-seattle--shared-key");
    // A vault elsewhere is none of Resource Manager's: the key comes from a file, and no command line has it.
    const elsewhere = changed("ratings-azure-stack-hub", [
      "secrets: { kind: azure-key-vault, vault: ratings-global-kv }",
      "secrets: { kind: hashicorp-vault, vault: https://vault.contoso.com }",
    ]);
    expect(phase2(elsewhere).values.parameters.sharedKey_seattle).toBeUndefined();
    expect(contentOf(elsewhere, "azure-central/README.md")).toContain(
      '"sharedKey_seattle=@$WORK/vpn-azure-central-seattle"',
    );
  });
});

it("is rendered only for what is in public Azure itself and joined by a VPN (R65)", () => {
  const has = (fleet: Fleet, site: string) => filesOf(fleet).some(({ path }) => path.startsWith(`${site}/`));
  expect(has(hubs, "azure-central")).toBe(true);
  expect(contentOf(hubs, "seattle/README.md")).toContain("azure-central is in public Azure: `arm/azure-central`");
  // On premises, next to the same Azure region; in a cloud of somebody else's.
  expect(
    has(
      changed("ratings-azure-stack-hub", ["hosting: public-cloud, region: us-central", "region: us-central"]),
      "azure-central",
    ),
  ).toBe(false);
  const eks = changed("ratings-azure-stack-hub", ["distribution: AKS", "distribution: EKS"]);
  expect(has(eks, "azure-central")).toBe(false);
  expect(contentOf(eks, "seattle/README.md")).toContain("azure-central is no Hub");
  expect(has(exampleFleet("ratings-disconnected"), "operations")).toBe(false);
});
