import { describe, expect, it } from "vitest";
import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { reference, referenceJson } from "../../azure-stack-hub/testing/reference.ts";
import { IPSEC_POLICY } from "./connections.ts";
import { exampleFleet, templateOf, templatesOf } from "./testing/rendered.ts";
import type { Data, ReadTemplate } from "./testing/rendered.ts";
import { variants } from "./testing/variants.ts";

const hubs = exampleFleet("ratings-azure-stack-hub");
const bank = exampleFleet("ratings-three-sites");
const enclave = exampleFleet("ratings-disconnected");
const own = variants["own network"]();
const fleets = [hubs, bank, enclave, own, ...Object.values(variants).map((make) => make())];

const networkOf = (fleet: Fleet, site: string) => templateOf(fleet, `${site}/1-network.json`);
const resource = ({ deployed }: ReadTemplate, type: string, name?: string): Data =>
  deployed.resources.find(
    (each) => each.type === `Microsoft.Network/${type}` && (name === undefined || each.name === name),
  );
const rulesOf = (fleet: Fleet, site: string, group = `${site}-nodes-nsg`): Data[] =>
  resource(networkOf(fleet, site), "networkSecurityGroups", group).properties.securityRules;
const ruleNamed = (rules: Data[], name: string): Data => rules.find((rule) => rule.name === name)?.properties;
const subnetsOf = ({ deployed }: ReadTemplate): { name: string; properties: Data }[] =>
  deployed.resources.flatMap((each): Data[] => {
    if (each.type === "Microsoft.Network/virtualNetworks") return each.properties.subnets;
    return each.type === "Microsoft.Network/virtualNetworks/subnets"
      ? [{ name: each.name.split("/")[1], properties: each.properties }]
      : [];
  });

describe("phase 1", () => {
  it("adds to a network that exists, one subnet after the other, and does not declare it anew (R21, R72)", () => {
    const network = networkOf(hubs, "seattle");
    expect(resource(network, "virtualNetworks")).toBeUndefined();
    expect(subnetsOf(network).map(({ name }) => name)).toEqual(["k8s-nodes", "helpers", "GatewaySubnet"]);
    const subnets = network.deployed.resources.filter(({ type }) => type.endsWith("/subnets"));
    for (const [index, { dependsOn }] of subnets.entries()) {
      const before = subnets[index - 1]?.name.split("/")[1];
      if (before !== undefined) expect(dependsOn.at(-1)).toMatch(new RegExp(`/subnets/${before}$`));
    }
    // For the operator to compare, as nobody made it from the fleet file.
    expect(network.deployed.outputs.addressSpaces.value.toString()).toContain("addressSpace.addressPrefixes");
  });

  it("makes a network where there is none, with the fleet file's ranges (R21, R71)", () => {
    const { name, properties } = resource(networkOf(own, "seattle"), "virtualNetworks");
    expect(name).toBe("seattle-vnet");
    expect(properties.addressSpace.addressPrefixes).toEqual(["10.100.0.0/16"]);
    expect(properties.subnets.map((subnet: Data) => [subnet.name, subnet.properties.addressPrefix])).toEqual([
      ["k8s-nodes", "10.100.1.0/24"],
      ["helpers", "10.100.255.208/28"],
      ["GatewaySubnet", "10.100.255.224/27"],
    ]);
  });

  it("keeps subnets inside the address space and apart, and rules on all but the gateway's (R71)", () => {
    for (const fleet of fleets) {
      for (const { name, network } of fleet.sites) {
        const subnets = subnetsOf(networkOf(fleet, name));
        const ranges = subnets.map(({ properties }) => parseIpv4Range(properties.addressPrefix)!);
        const spaces = network.addressSpaces.map((space) => parseIpv4Range(space)!);
        for (const [index, range] of ranges.entries()) {
          expect(spaces.some((space) => space.prefix <= range.prefix && rangesOverlap(space, range))).toBe(true);
          for (const other of ranges.slice(index + 1)) expect(rangesOverlap(range, other)).toBe(false);
        }
        for (const subnet of subnets)
          expect(subnet.properties.networkSecurityGroup === undefined, subnet.name).toBe(
            subnet.name === "GatewaySubnet",
          );
      }
    }
  });

  it("keeps the route table that the cluster's pods need when it is deployed again (R71)", () => {
    const { template } = networkOf(hubs, "seattle");
    const nodes = template.resources.find(({ name }: Data) => name === "ratings-seattle/k8s-nodes");
    expect(template.parameters["nodeRouteTableId"]!.defaultValue).toBe("");
    expect(nodes.properties.routeTable).toBe(
      "[if(empty(parameters('nodeRouteTableId')), json('null'), variables('routeTable'))]",
    );
    expect(template.variables!["routeTable"]).toEqual({ id: "[parameters('nodeRouteTableId')]" });
  });

  it("makes a route-based gateway with a dynamic basic address, and says the address (R65)", () => {
    const network = networkOf(hubs, "orlando");
    const gateway = resource(network, "virtualNetworkGateways");
    expect(gateway.properties).toMatchObject({ gatewayType: "Vpn", vpnType: "RouteBased", activeActive: false });
    expect(gateway.properties.sku).toEqual({ name: "HighPerformance", tier: "HighPerformance" });
    expect(gateway.properties.ipConfigurations[0].properties.subnet.id).toMatch(/\/subnets\/GatewaySubnet$/);
    const address = resource(network, "publicIPAddresses");
    expect([address.sku.name, address.properties.publicIPAllocationMethod]).toEqual(["Basic", "Dynamic"]);
    expect(network.deployed.outputs.gatewayAddress.value.toString()).toMatch(
      /publicIPAddresses\/orlando-vpn-ip\)\.ipAddress$/,
    );
  });
});

describe("who may come to the nodes", () => {
  it("is decided by rules with priorities of their own, the last of which lets nobody in (R66)", () => {
    for (const template of fleets.flatMap(templatesOf)) {
      for (const { type, properties } of template.deployed.resources) {
        if (type !== "Microsoft.Network/networkSecurityGroups") continue;
        for (const direction of ["Inbound", "Outbound"]) {
          const rules: Data[] = properties.securityRules.filter(
            (rule: Data) => rule.properties.direction === direction,
          );
          const priorities = rules.map((rule) => rule.properties.priority as number);
          expect(new Set(priorities).size).toBe(priorities.length);
          for (const priority of priorities) expect([priority >= 100, priority <= 4096]).toEqual([true, true]);
          const last = rules.toSorted((a, b) => a.properties.priority - b.properties.priority).at(-1);
          if (rules.length > 0)
            expect(last.properties).toMatchObject({ access: "Deny", protocol: "*", sourceAddressPrefix: "*" });
          for (const rule of rules) {
            expect(["Tcp", "Udp", "*"]).toContain(rule.properties.protocol);
            expect(rule.properties.description.length).toBeLessThanOrEqual(140);
          }
        }
      }
    }
  });

  it("lets only the sites that have a store to its replication ports, as many as members (R64, R65)", () => {
    expect(ruleNamed(rulesOf(hubs, "seattle"), "allow-ratings-mongodb")).toMatchObject({
      sourceAddressPrefixes: ["10.101.0.0/16", "10.102.0.0/16"],
      destinationPortRanges: ["27017", "27018"],
    });
    const { peeringPort } = bank.stores[0]!;
    expect(ruleNamed(rulesOf(bank, "denver"), "allow-ratings-db")).toMatchObject({
      sourceAddressPrefixes: ["10.100.0.0/16", "10.101.0.0/16"],
      destinationPortRange: String(peeringPort),
    });
  });

  it("lets voters to the Kubernetes API only where votes are kept there, and the Internet where the file says so (R66, R67)", () => {
    expect(ruleNamed(rulesOf(bank, "denver"), "allow-voters")).toMatchObject({ destinationPortRange: "443" });
    expect(ruleNamed(rulesOf(hubs, "seattle"), "allow-voters")).toBeUndefined();
    expect(ruleNamed(rulesOf(hubs, "seattle"), "allow-kubernetes-api")).toBeUndefined();
    const open = rulesOf(variants["public name servers"](), "denver");
    expect(ruleNamed(open, "allow-kubernetes-api")).toMatchObject({
      sourceAddressPrefix: "*",
      destinationPortRange: "443",
    });
  });

  it("lets everybody ask for names only where the sites answer them (R33)", () => {
    expect(ruleNamed(rulesOf(hubs, "seattle"), "allow-dns-udp")).toBeUndefined();
    for (const protocol of ["udp", "tcp"])
      expect(ruleNamed(rulesOf(enclave, "fort-west"), `allow-dns-${protocol}`)).toMatchObject({
        destinationPortRange: "53",
        sourceAddressPrefix: "*",
      });
  });

  it("lets users to HTTP and HTTPS (R23, R58)", () => {
    expect(ruleNamed(rulesOf(hubs, "seattle"), "allow-users").destinationPortRanges).toEqual(["80", "443"]);
  });

  it("takes the addresses of a peer without a VPN when it is deployed, and opens to no one else (R65)", () => {
    const rules = rulesOf(own, "seattle");
    expect(ruleNamed(rules, "allow-ratings-mongodb").sourceAddressPrefixes).toEqual([
      "10.101.0.0/16",
      "given-publicAddress_azure_central",
    ]);
  });
});

describe("phase 2", () => {
  const connections = (fleet: Fleet, site: string) => templateOf(fleet, `${site}/2-connections.json`);
  const ofType = ({ deployed }: ReadTemplate, type: string): Data[] =>
    deployed.resources.filter((each) => each.type === `Microsoft.Network/${type}`);

  it("joins each pair of Hubs once, each end with the other's ranges and address (R64, R65)", () => {
    for (const fleet of [hubs, bank, enclave]) {
      for (const { name } of fleet.sites) {
        const template = connections(fleet, name);
        const peers = fleet.links
          .filter(({ between }) => between.includes(name))
          .map(({ between }) => between.find((site) => site !== name)!);
        expect(ofType(template, "connections").map((each) => each.name)).toEqual(
          peers.map((peer) => `${name}-to-${peer}`),
        );
        for (const [index, gateway] of ofType(template, "localNetworkGateways").entries()) {
          const peer = [...fleet.sites, ...(fleet.witness ? [fleet.witness] : [])].find(
            (site) => site.name === peers[index],
          );
          expect(gateway.properties).toEqual({
            gatewayIpAddress: `given-gatewayAddress_${peers[index]!.replaceAll("-", "_")}`,
            localNetworkAddressSpace: { addressPrefixes: peer!.network.addressSpaces },
          });
        }
      }
    }
  });

  it("has one key for both ends, each from its own Hub's vault (R120, R123)", () => {
    const secretAt = (site: string, peer: string) =>
      connections(hubs, site).values.parameters[`sharedKey_${peer}`].reference;
    expect(secretAt("seattle", "orlando").secretName).toBe(secretAt("orlando", "seattle").secretName);
    expect(secretAt("seattle", "orlando").keyVault.id).toMatch(/\/vaults\/ratings-seattle-kv$/);
    expect(secretAt("orlando", "seattle").keyVault.id).toMatch(/\/vaults\/ratings-orlando-kv$/);
  });

  it("says the policy outright where the gateway's size allows it (R65)", () => {
    for (const connection of ofType(connections(hubs, "seattle"), "connections"))
      expect(connection.properties.ipsecPolicies).toEqual([IPSEC_POLICY]);
    // Basic has no policies, and the link over the Internet needs no tunnel.
    const [only, ...more] = ofType(connections(own, "seattle"), "connections");
    expect([only.name, only.properties.ipsecPolicies, more]).toEqual(["seattle-to-orlando", undefined, []]);
  });

  it.skipIf(reference === undefined)("has a policy that the Hub has (skipped where shared/reference is absent)", () => {
    const { customPolicy } = referenceJson("azure-stack-hub/vpn-gateway.json") as Data;
    for (const field of [
      "ikeEncryption",
      "ikeIntegrity",
      "dhGroup",
      "ipsecEncryption",
      "ipsecIntegrity",
      "pfsGroup",
    ] as const)
      expect(customPolicy[field], field).toContain(IPSEC_POLICY[field]);
    expect(IPSEC_POLICY.ipsecIntegrity).toBe(IPSEC_POLICY.ipsecEncryption);
    expect(IPSEC_POLICY.saLifeTimeSeconds).toBe(customPolicy.saLifeTimeSecondsDefault);
    expect(IPSEC_POLICY.saDataSizeKilobytes).toBe(customPolicy.saDataSizeKilobytesDefault);
  });
});
