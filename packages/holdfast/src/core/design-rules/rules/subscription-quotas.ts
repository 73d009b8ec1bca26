import type { QuotaDemand, QuotaName, Subscription } from "../../azure-stack-hub/index.ts";
import { defaultQuotas, quotaDemand, subscriptionsOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

const WORDS: Readonly<Record<QuotaName, string>> = {
  virtualMachines: "virtual machines",
  cores: "cores",
  availabilitySets: "availability sets",
  networkInterfaces: "network interfaces",
  publicAddresses: "public addresses",
  loadBalancers: "load balancers",
  vpnGateways: "VPN gateways",
  vpnConnections: "VPN connections",
  managedDiskGiB: "GiB of managed disks",
};

export const subscriptionQuotas: DesignRule = {
  id: "subscription-quotas",
  severity: "error",
  requirements: ["R42", "R49", "R56", "R91"],
  asks: "A subscription's quotas hold all of its clusters, with the worker that an upgrade adds and etcd's disks.",
  why: "A deployment beyond a quota stops half-way; an upgrade that cannot add its worker does not begin, so security fixes wait.",
  example: { broken: "managedDiskGiB: 1024", fixed: "managedDiskGiB: 2048" },
  *check(fleet) {
    for (const subscription of subscriptionsOf(fleet)) {
      const demands = quotaDemand(fleet, subscription);
      for (const [quota, demand] of Object.entries(demands) as [QuotaName, QuotaDemand][]) {
        const violation = checkQuota(subscription, quota, demand);
        if (violation !== undefined) yield violation;
      }
    }
  },
};

function checkQuota(subscription: Subscription, quota: QuotaName, demand: QuotaDemand): Violation | undefined {
  const stated = leastStated(subscription, quota);
  const limit = stated?.limit ?? defaultQuotas[quota];
  if (demand.needed <= limit) return undefined;
  const { name, hub, sites } = subscription;
  const needs = `subscription ${name} on ${hub} needs ${demand.needed} ${WORDS[quota]}: ${demand.parts.map(({ what, amount }) => `${amount} for ${what}`).join(", ")}`;
  const index = stated?.index ?? sites[0]?.index ?? 0;
  if (stated === undefined) {
    return {
      path: ["sites", index, "quotas"],
      severity: "warning",
      message: `${needs}. The Hub's default is ${limit}`,
      hint: `Ask the operator for ${demand.needed}, and write what the subscription has as quotas.${quota}. A change can take two hours.`,
    };
  }
  return {
    path: ["sites", index, "quotas", quota],
    message: `${needs}. Its quota is ${limit}`,
    hint: `Ask the operator for ${demand.needed}${quota === "managedDiskGiB" ? ", take a smaller etcdDiskGiB," : ""} or build a cluster in another subscription.`,
  };
}

/** Sites of one subscription may each say what it allows; the least is believed. */
function leastStated({ sites }: Subscription, quota: QuotaName): { limit: number; index: number } | undefined {
  let least: { limit: number; index: number } | undefined;
  for (const { site, index } of sites) {
    const limit = site.quotas[quota];
    if (limit !== undefined && (least === undefined || limit < least.limit)) least = { limit, index };
  }
  return least;
}
