import { azureDiskCsiDriverVersionFor, hubSitesOf, vmSizeOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

/**
 * What AKS Engine makes on the Hub, once its disk driver is enabled, which we render where a store needs volumes. An unnamed class is `default`.
 * Azure/aks-engine-azurestack parts/k8s/addons/azure-cloud-provider.yaml
 */
const ENGINE_CLASSES = ["default", "managed-standard", "managed-premium"];

export const hubVolumes: DesignRule = {
  id: "hub-volumes",
  severity: "warning",
  requirements: ["R20"],
  asks: "A store on Azure Stack Hub uses a storage class that AKS Engine makes, on machines that take its disks, and the disk driver has a version for the cluster.",
  why: "A volume of a class that is not there waits for ever, and a premium disk cannot be attached to a machine whose size has no premium storage.",
  example: {
    broken: "storage: { size: 128Gi, className: managed-csi }",
    fixed: "storage: { size: 128Gi, className: managed-standard }",
  },
  *check(fleet) {
    const hubs = hubSitesOf(fleet);
    const byName = new Map<string, string>(hubs.map(({ site }) => [site.name, site.cluster.kubernetesVersion]));
    const withVolumes = new Set<string>();
    for (const [index, store] of fleet.stores.entries()) {
      const places = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
      const here = [...new Set(places)].filter((name) => byName.has(name));
      for (const name of here) withVolumes.add(name);
      const { className = "default" } = store.storage;
      if (here.length > 0 && !ENGINE_CLASSES.includes(className)) {
        yield {
          path: ["stores", index, "storage", "className"],
          message: `AKS Engine makes no storage class ${className} at ${here.join(", ")}`,
          hint: `Use ${ENGINE_CLASSES.join(", ")}, or make the class with the provisioner disk.csi.azure.com before the store is applied.`,
        };
      }
      if (className !== "managed-premium") continue;
      for (const { site } of hubs.filter((hub) => here.includes(hub.site.name))) {
        const plain = site.cluster.workerPools.find(({ vmSize }) => vmSizeOf(vmSize)?.premiumDisks === false);
        if (plain === undefined) continue;
        yield {
          path: ["stores", index, "storage", "className"],
          severity: "error",
          message: `the workers of ${site.name} are of size ${plain.vmSize}, which takes no premium disks`,
          hint: "Use managed-standard, or a size with an s in it, such as Standard_DS4_v2.",
        };
      }
    }
    for (const { site, index } of hubs) {
      const version = site.cluster.kubernetesVersion;
      if (!withVolumes.has(site.name) || azureDiskCsiDriverVersionFor(version) !== undefined) continue;
      yield {
        path: ["sites", index, "cluster", "kubernetesVersion"],
        message: `no version of azuredisk-csi-driver is known for Kubernetes ${version}, and stores of ${site.name} need volumes`,
        hint: "Look up the chart's version for this Kubernetes, or take a version that AKS Engine's pages name.",
      };
    }
  },
};
