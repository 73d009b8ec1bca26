import { describe, expect, it } from "vitest";
import { engineReleases } from "./engine-releases.ts";
import {
  azureDiskCsiDriverVersionFor,
  defaultQuotas,
  hubLimits,
  kuredVersionFor,
  vmSizeOf,
  vpnGatewaySkus,
} from "./index.ts";
import { reference, referenceJson } from "./testing/reference.ts";
import { vmSizes } from "./vm-sizes.ts";

describe.skipIf(reference === undefined)(
  "our tables and the published facts (skipped where shared/reference is absent)",
  () => {
    it("have the same VM sizes (R41)", () => {
      const { sizes } = referenceJson("azure-stack-hub/vm-sizes.json") as {
        sizes: {
          name: string;
          vCpu: number;
          memoryGiB: number;
          maxDataDisks: number;
          maxNics: number;
          premiumStorage: boolean;
          minHubVersion?: string;
        }[];
      };
      expect(vmSizes).toHaveLength(sizes.length);
      for (const { name, vCpu, memoryGiB, maxDataDisks, maxNics, premiumStorage, minHubVersion } of sizes) {
        expect(vmSizeOf(name)).toEqual({
          name,
          vCpus: vCpu,
          memoryGiB,
          premiumDisks: premiumStorage,
          dataDisksMax: maxDataDisks,
          networkInterfacesMax: maxNics,
          ...(minHubVersion === undefined ? {} : { minHubVersion }),
        });
      }
    });

    it("have the same engine releases, with what each deploys and needs (R20, R125)", () => {
      const { engines, deployableKubernetesVersionsAtHead, linuxDistroDeployable } = versions();
      expect(engineReleases.map(({ version }) => version)).toEqual(engines.map((one) => one.aksEngine).toReversed());
      for (const release of engineReleases) {
        const engine = engines.find((one) => one.aksEngine === release.version)!;
        expect([...release.kubernetesVersions].toSorted()).toEqual(engine.kubernetesVersions.toSorted());
        expect(engine.baseImages[0]).toContain(release.baseImage.name);
        expect(engine.baseImages[0]).toContain(`(${release.baseImage.version})`);
        expect(release.baseImage.name).toContain(`Ubuntu ${release.distro.replace("aks-ubuntu-", "")}`);
      }
      expect(engineReleases[0]!.kubernetesVersions).toEqual(deployableKubernetesVersionsAtHead);
      expect([engineReleases[0]!.distro]).toEqual(linuxDistroDeployable);
      expect(engineReleases.filter(({ supported }) => supported).map(({ version }) => version)).toEqual([
        "0.85.0",
        "0.84.2",
        "0.83.1",
      ]);
    });

    it("have the same versions of kured and of the disk driver (R129)", () => {
      const { kuredByKubernetes, azureDiskCsiDriver } = versions();
      for (const [minor, version] of Object.entries(kuredByKubernetes)) {
        expect(kuredVersionFor(`${minor}.7`)).toBe(version);
      }
      for (const [minor, version] of Object.entries(azureDiskCsiDriver)) {
        expect(azureDiskCsiDriverVersionFor(`${minor.replace("<=", "")}.0`)).toBe(version);
      }
      expect(azureDiskCsiDriverVersionFor("1.9.3")).toBe(azureDiskCsiDriver["<=1.25"]);
      expect([kuredVersionFor("1.27.9"), kuredVersionFor("1.36.0"), azureDiskCsiDriverVersionFor("1.36.0")]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });

    it("have the same default quotas (R49, R91)", () => {
      const { compute, network } = referenceJson("azure-stack-hub/quota-defaults.json") as Record<
        "compute" | "network",
        Record<string, number>
      >;
      expect(defaultQuotas).toEqual({
        virtualMachines: compute["maxVirtualMachines"],
        cores: compute["maxVmCores"],
        availabilitySets: compute["maxAvailabilitySets"],
        networkInterfaces: network["maxNics"],
        publicAddresses: network["maxPublicIps"],
        loadBalancers: network["maxLoadBalancers"],
        vpnGateways: network["maxVirtualNetworkGateways"],
        vpnConnections: network["maxNetworkConnections"],
        managedDiskGiB: compute["standardManagedDiskCapacityGb"],
      });
      expect(compute["premiumManagedDiskCapacityGb"]).toBe(compute["standardManagedDiskCapacityGb"]);
    });

    it("have the same VPN gateways and rules for them (R65)", () => {
      const { skus, rules } = referenceJson("azure-stack-hub/vpn-gateway.json") as VpnFacts;
      expect(Object.keys(vpnGatewaySkus)).toEqual(skus.withFastPath.map(({ name }) => name));
      for (const { name, mbps, perStamp } of skus.withFastPath) {
        const sku = vpnGatewaySkus[name];
        const without = skus.withoutFastPath.find((one) => one.name === name);
        expect(sku).toMatchObject({ mbps, connectionsPerHubWithFastPath: perStamp });
        expect(sku.needsFastPath).toBe(without === undefined);
        expect(sku.connectionsPerHub).toBe(without?.perStamp);
        if (without !== undefined) expect(sku).toMatchObject({ bgp: without.bgp, customPolicy: without.ipsecPolicy });
      }
      expect(hubLimits).toMatchObject({
        gatewaysPerVirtualNetwork: rules.gatewaysPerVnet,
        connectionsBetweenTwoHubs: rules.connectionsBetweenTwoStamps,
        gatewaySubnetPrefixMax: rules.gatewaySubnetMinPrefix,
        gatewaySubnetPrefixAdvised: rules.gatewaySubnetRecommendedPrefix,
      });
    });
  },
);

it("finds a VM size without regard to case, and none that the Hub lacks", () => {
  expect(vmSizeOf("standard_ds2_V2")?.name).toBe("Standard_DS2_v2");
  expect(vmSizeOf("Standard_D2s_v5")).toBeUndefined();
});

interface VpnFacts {
  readonly skus: Record<
    "withFastPath" | "withoutFastPath",
    { name: keyof typeof vpnGatewaySkus; mbps: number; perStamp: number; bgp: boolean; ipsecPolicy: boolean }[]
  >;
  readonly rules: Record<string, number>;
}

function versions() {
  return referenceJson("aks-engine-azurestack/versions.json") as {
    engines: { aksEngine: string; baseImages: string[]; kubernetesVersions: string[] }[];
    deployableKubernetesVersionsAtHead: string[];
    linuxDistroDeployable: string[];
    kuredByKubernetes: Record<string, string>;
    azureDiskCsiDriver: Record<string, string>;
  };
}
