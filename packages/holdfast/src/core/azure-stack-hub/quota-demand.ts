import { quantityBytes } from "../spec/index.ts";
import type { Fleet, Quotas, Store } from "../spec/index.ts";
import { loadBalancerServicesOf } from "./load-balancers.ts";
import type { HubSite, Subscription } from "./subscriptions.ts";
import { vmSizeOf } from "./vm-sizes.ts";

export type QuotaName = keyof Quotas;

/** Part of what is needed, as a person would name it: `3 control-plane nodes`. */
interface QuotaPart {
  readonly what: string;
  readonly amount: number;
}

export interface QuotaDemand {
  readonly needed: number;
  /** The parts that are not 0; they add up to `needed`. */
  readonly parts: readonly QuotaPart[];
}

/** Size of the helper machine's system disk: that of the Ubuntu image in the marketplace. */
const HELPER_DISK_GIB = 30;
/** A MongoDB arbiter keeps its configuration and its votes only. */
const ARBITER_DISK_GIB = 1;

/**
 * What the clusters of a subscription need of each quota, with the worker that an upgrade adds before it removes an old one
 * (clusters of one subscription are upgraded one after the other, so one worker, the largest). Not counted, because the file
 * does not say: pipeline agents that run on the Hub, and sizes that the Hub does not have.
 */
export function quotaDemand(
  fleet: Pick<Fleet, "application" | "stores" | "traffic" | "links">,
  { sites }: Pick<Subscription, "sites">,
): Readonly<Record<QuotaName, QuotaDemand>> {
  const here = sites.map(({ site }) => site);
  const several = here.length > 1;
  const parts = here.map((site) => {
    const all = partsOf(fleet, site);
    return several ? prefixed(all, site.name) : all;
  });
  const upgrade = upgradeParts(here);
  const of = (quota: QuotaName): QuotaDemand => {
    const all = [...parts.flatMap((one) => one[quota]), ...(upgrade[quota] ?? [])].filter(({ amount }) => amount > 0);
    return { needed: all.reduce((sum, { amount }) => sum + amount, 0), parts: all };
  };
  return {
    virtualMachines: of("virtualMachines"),
    cores: of("cores"),
    availabilitySets: of("availabilitySets"),
    networkInterfaces: of("networkInterfaces"),
    publicAddresses: of("publicAddresses"),
    loadBalancers: of("loadBalancers"),
    vpnGateways: of("vpnGateways"),
    vpnConnections: of("vpnConnections"),
    managedDiskGiB: of("managedDiskGiB"),
  };
}

/** Whether the API server is reached from within the network only: AKS Engine then makes no public address for it. */
export function hasPrivateApi({ network }: Pick<HubSite, "network">): boolean {
  return !network.internet.kubernetesApi;
}

type Parts = Readonly<Record<QuotaName, readonly QuotaPart[]>>;

/** Virtual machines of a cluster that are alike. */
interface Machines {
  readonly what: string;
  readonly count: number;
  readonly vmSize: string;
  readonly diskGiB: number;
}

function partsOf(fleet: Pick<Fleet, "application" | "stores" | "traffic" | "links">, site: HubSite): Parts {
  const machines = machinesOf(site);
  const { controlPlane, workerPools } = site.cluster;
  const services = loadBalancerServicesOf(fleet, site);
  const internal = services.some(({ reach }) => reach === "internal");
  const gateways = site.network.vpnGateway === undefined ? 0 : 1;
  const publicApi = hasPrivateApi(site) ? 0 : 1;
  const each = machines.map(({ what, count }) => ({ what: counted(count, what), amount: count }));
  return {
    virtualMachines: each,
    networkInterfaces: each,
    cores: machines.map(({ what, count, vmSize }) => ({
      what: `${counted(count, what)} of ${vmSize}`,
      amount: count * (vmSizeOf(vmSize)?.vCpus ?? 0),
    })),
    availabilitySets: [
      { what: "control plane", amount: 1 },
      ...workerPools.map((pool) => ({ what: `pool ${pool.name}`, amount: 1 })),
    ],
    publicAddresses: [
      { what: "Kubernetes API", amount: publicApi },
      ...services.filter(({ reach }) => reach === "public").map(({ what, count }) => ({ what, amount: count })),
      { what: "VPN gateway", amount: gateways },
    ],
    loadBalancers: [
      { what: "Kubernetes API, public", amount: publicApi },
      // A single control-plane node is reached directly. aks-engine-azurestack pkg/engine/masterarmresources.go
      { what: "Kubernetes API, internal", amount: controlPlane.count > 1 ? 1 : 0 },
      { what: "workers", amount: 1 },
      { what: "internal services", amount: internal ? 1 : 0 },
    ],
    vpnGateways: [{ what: "VPN gateway", amount: gateways }],
    vpnConnections: fleet.links
      .filter((link) => link.kind === "vpn" && link.between.includes(site.name))
      .map(({ between }) => ({ what: `to ${between.find((name) => name !== site.name) ?? site.name}`, amount: 1 })),
    managedDiskGiB: [
      ...machines.map(({ what, count, diskGiB }) => ({
        what: `${counted(count, what)} with ${diskGiB} GiB`,
        amount: count * diskGiB,
      })),
      { what: `${controlPlane.count} etcd disks of ${controlPlane.etcdDiskGiB} GiB`, amount: etcdGiB(site) },
      ...fleet.stores.flatMap((store) => volumesOf(store, site.name)),
    ],
  };
}

function machinesOf({ cluster: { controlPlane, workerPools }, platform }: HubSite): readonly Machines[] {
  return [
    {
      what: "control-plane node",
      count: controlPlane.count,
      vmSize: controlPlane.vmSize,
      diskGiB: controlPlane.osDiskGiB,
    },
    ...workerPools.map((pool) => ({
      what: "worker",
      count: pool.count,
      vmSize: pool.vmSize,
      diskGiB: pool.osDiskGiB + sum(pool.dataDisksGiB),
    })),
    { what: "helper machine", count: 1, vmSize: platform.engine.helperVmSize, diskGiB: HELPER_DISK_GIB },
  ];
}

/** AKS Engine makes the new worker before it drains the old one; control-plane nodes it deletes first. */
function upgradeParts(sites: readonly HubSite[]): Partial<Parts> {
  const workers = sites.flatMap((site) => machinesOf(site).filter(({ what }) => what === "worker"));
  const what = "1 worker more during an upgrade";
  const largest = (amounts: readonly number[]) => [{ what, amount: Math.max(0, ...amounts) }];
  return {
    virtualMachines: [{ what, amount: 1 }],
    networkInterfaces: [{ what, amount: 1 }],
    cores: largest(workers.map(({ vmSize }) => vmSizeOf(vmSize)?.vCpus ?? 0)),
    managedDiskGiB: largest(workers.map(({ diskGiB }) => diskGiB)),
  };
}

function etcdGiB({ cluster: { controlPlane } }: HubSite): number {
  return controlPlane.count * controlPlane.etcdDiskGiB;
}

function volumesOf(store: Store, site: string): readonly QuotaPart[] {
  // Managed disks are whole GiB.
  const sizeGiB = Math.ceil(quantityBytes(store.storage.size) / 2 ** 30);
  const volumes = (count: number, eachGiB: number, of: string): QuotaPart => ({
    what: `${counted(count, "volume")} of ${eachGiB} GiB for ${of}`,
    amount: count * eachGiB,
  });
  if (store.engine === "postgresql") {
    return [volumes(store.sites.filter((name) => name === site).length, sizeGiB, store.name)];
  }
  const count = (role: "data" | "arbiter") =>
    store.members.filter((member) => member.site === site && member.role === role).length;
  return [
    volumes(count("data"), sizeGiB, store.name),
    volumes(count("arbiter"), ARBITER_DISK_GIB, `the arbiter of ${store.name}`),
  ];
}

function prefixed(parts: Parts, site: string): Parts {
  const entries = Object.entries(parts).map(([quota, list]) => [
    quota,
    list.map(({ what, amount }) => ({ what: `${what} in ${site}`, amount })),
  ]);
  return Object.fromEntries(entries) as Parts;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
