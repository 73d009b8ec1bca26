import { azureDiskCsiDriverVersionFor, hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const hubVolumes: DesignRule = {
  id: "hub-volumes",
  severity: "warning",
  requirements: ["R20"],
  asks: "A store on Azure Stack Hub names the storage class of the disk driver, and the driver has a version for the cluster.",
  why: "A cluster on the Hub has no driver for volumes, and no default class, unless somebody installs them: the store's volume would wait for ever.",
  example: { broken: "storage: { size: 128Gi }", fixed: "storage: { size: 128Gi, className: managed-csi }" },
  *check(fleet) {
    const hubs = hubSitesOf(fleet);
    const byName = new Map<string, string>(hubs.map(({ site }) => [site.name, site.cluster.kubernetesVersion]));
    const withVolumes = new Set<string>();
    for (const [index, store] of fleet.stores.entries()) {
      const places = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
      const here = [...new Set(places)].filter((name) => byName.has(name));
      for (const name of here) withVolumes.add(name);
      if (here.length > 0 && store.storage.className === undefined) {
        yield {
          path: ["stores", index, "storage"],
          message: `${store.name} names no storage class, and the cluster of ${here.join(", ")} has no default one`,
          hint: "Add className: the class that is made for the provisioner disk.csi.azure.com, for example managed-csi.",
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
