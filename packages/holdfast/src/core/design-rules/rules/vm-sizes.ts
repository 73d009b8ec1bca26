import type { HubSite } from "../../azure-stack-hub/index.ts";
import { hubSitesOf, vmSizeOf, vmSizes } from "../../azure-stack-hub/index.ts";
import { suggest } from "../../spec/index.ts";
import type { Store } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/** Kubernetes' own minimum for a control-plane node. https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/ */
const CONTROL_PLANE_VCPUS_MIN = 2;

export const vmSizesRule: DesignRule = {
  id: "vm-sizes",
  severity: "error",
  requirements: ["R43", "R47", "R50"],
  asks: "Every VM size is one that Azure Stack Hub has, takes the disks that its nodes need, and suits etcd on the control plane.",
  why: "AKS Engine does not look: the deployment fails half-way. And a size can be changed only by building every node anew.",
  example: {
    broken: "- { name: workers, count: 3, vmSize: Standard_D4s_v5 }",
    fixed: "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      const path = ["sites", index];
      const helper = [...path, "platform", "engine", "helperVmSize"];
      if (vmSizeOf(site.platform.engine.helperVmSize) === undefined) {
        yield unknown(site.platform.engine.helperVmSize, site, helper);
      }
      yield* checkControlPlane(site, [...path, "cluster", "controlPlane", "vmSize"]);
      yield* checkWorkers(site, volumesAt(fleet.stores, site.name), [...path, "cluster", "workerPools"]);
    }
  },
};

function* checkControlPlane(site: HubSite, path: Path): Iterable<Violation> {
  const size = vmSizeOf(site.cluster.controlPlane.vmSize);
  if (size === undefined) {
    yield unknown(site.cluster.controlPlane.vmSize, site, path);
  } else if (size.vCpus < CONTROL_PLANE_VCPUS_MIN) {
    yield {
      path,
      severity: "warning",
      message: `${size.name} has one core: a control-plane node needs ${CONTROL_PLANE_VCPUS_MIN}`,
      hint: "Take Standard_DS2_v2 or larger.",
    };
  } else if (!size.premiumDisks) {
    yield {
      path,
      severity: "advice",
      message: `${size.name} gives each disk 500 operations a second, and every write of the cluster waits for etcd's`,
      hint: `Take a size with premium disks, such as ${PREMIUM[size.vCpus] ?? "Standard_DS2_v2"}: it gives 2300.`,
    };
  }
}

/** Sizes of the same number of cores. */
const PREMIUM: Readonly<Record<number, string>> = {
  4: "Standard_DS3_v2",
  8: "Standard_DS4_v2",
  16: "Standard_DS5_v2",
};

function* checkWorkers(site: HubSite, volumes: number, path: Path): Iterable<Violation> {
  const { workerPools } = site.cluster;
  const workers = workerPools.reduce((sum, pool) => sum + pool.count, 0);
  // When a node is down, its volumes go to the others.
  const volumesPerNode = Math.ceil(volumes / Math.max(1, workers - 1));
  for (const [position, pool] of workerPools.entries()) {
    const at = [...path, position];
    const size = vmSizeOf(pool.vmSize);
    const disks = pool.dataDisksGiB.length;
    if (size === undefined) {
      yield unknown(pool.vmSize, site, [...at, "vmSize"]);
    } else if (disks > size.dataDisksMax) {
      yield {
        path: [...at, "dataDisksGiB"],
        message: `${size.name} takes ${size.dataDisksMax} data disks, and pool ${pool.name} of ${site.name} has ${disks}`,
        hint: "Take fewer disks, or a larger size.",
        related: [{ path: [...at, "vmSize"], message: "the size" }],
      };
    } else if (disks + volumesPerNode > size.dataDisksMax) {
      yield {
        path: [...at, "vmSize"],
        severity: "warning",
        message: `with one worker of ${site.name} down, a node would hold ${disks} disks of its own and ${volumesPerNode} of the ${volumes} volumes of stores; ${size.name} takes ${size.dataDisksMax}`,
        hint: "Take more workers, a larger size, or fewer data disks.",
      };
    }
  }
}

function unknown(name: string, site: HubSite, path: Path): Violation {
  const known = vmSizes.map((size) => size.name);
  const near = sameFamily(name, known);
  return {
    path,
    message: `Azure Stack Hub has no VM size ${name} for ${site.name}`,
    hint: near === undefined ? (suggest(name, known, "Sizes") ?? "") : `The nearest that the Hub has is ${near}.`,
  };
}

/** `Standard_D4s_v5` -> `Standard_D4_v3`: the newest of the same letter and number. */
function sameFamily(name: string, known: readonly string[]): string | undefined {
  const [, family] = /^(?:Standard_)?([A-Z]\d+)/i.exec(name) ?? [];
  if (family === undefined) return undefined;
  const start = `standard_${family.toLowerCase()}`;
  return known.filter((one) => one.toLowerCase() === start || one.toLowerCase().startsWith(`${start}_v`)).at(-1);
}

function volumesAt(stores: readonly Store[], site: string): number {
  return stores.reduce((sum, store) => {
    const sites = store.engine === "postgresql" ? store.sites : store.members.map((member) => member.site);
    return sum + sites.filter((name) => name === site).length;
  }, 0);
}
