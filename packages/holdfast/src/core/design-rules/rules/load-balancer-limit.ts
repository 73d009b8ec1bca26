import type { Fleet } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

/** The Hub's basic load balancer has five frontend addresses for an agent pool. */
const HUB_FRONTENDS = 5;

export const loadBalancerLimit: DesignRule = {
  id: "load-balancer-limit",
  severity: "error",
  requirements: ["R23", "R56", "R57", "R58"],
  asks: "A cluster on Azure Stack Hub has at most five services of type LoadBalancer.",
  why: "The Hub's load balancer has five public addresses: the sixth service waits for one for ever.",
  *check(fleet) {
    for (const [index, site] of fleet.sites.entries()) {
      if (site.platform.kind !== "azure-stack-hub") continue;
      const needed = loadBalancers(fleet, site.name);
      const count = needed.reduce((sum, one) => sum + one.count, 0);
      if (count > HUB_FRONTENDS) {
        yield {
          path: ["sites", index, "platform"],
          message: `${site.name} needs ${count} LoadBalancer services, and its Hub has addresses for ${HUB_FRONTENDS}: ${needed.map((one) => `${one.count} ${one.what}`).join(", ")}`,
          hint: "Expose components by the ingress controller (`exposure`) instead of `service: load-balancer`.",
        };
      }
    }
  },
};

function loadBalancers({ application, stores, traffic }: Fleet, site: string): { what: string; count: number }[] {
  const components = application.components.filter((component) => component.service === "load-balancer").length;
  const peering = stores.reduce((sum, store) => {
    if (store.engine === "mongodb") return sum + store.members.filter((member) => member.site === site).length;
    return sum + (store.sites.length > 1 && store.sites.some((name) => name === site) ? 1 : 0);
  }, 0);
  return [
    {
      what: "for the ingress controller",
      count: application.components.some((component) => component.exposure !== undefined) ? 1 : 0,
    },
    { what: "for components", count: components },
    { what: "for stores that other sites reach", count: peering },
    { what: "for DNS", count: traffic.provider === "holdfast-dns" ? 1 : 0 },
  ].filter((one) => one.count > 0);
}
