import { hubLimits, loadBalancerServicesOf } from "../../azure-stack-hub/index.ts";
import type { DesignRule } from "../rule.ts";

export const loadBalancerLimit: DesignRule = {
  id: "load-balancer-limit",
  severity: "error",
  requirements: ["R23", "R56", "R57", "R58"],
  asks: "A cluster on Azure Stack Hub has at most five services of type LoadBalancer.",
  why: "The Hub's load balancer has five public addresses: the sixth service waits for one for ever.",
  *check(fleet) {
    const limit = hubLimits.loadBalancerFrontends;
    for (const [index, site] of fleet.sites.entries()) {
      if (site.platform.kind !== "azure-stack-hub") continue;
      const services = loadBalancerServicesOf(fleet, site);
      const count = services.reduce((sum, service) => sum + service.count, 0);
      if (count > limit) {
        yield {
          path: ["sites", index, "platform"],
          message: `${site.name} needs ${count} LoadBalancer services, and its Hub has addresses for ${limit}: ${services.map((service) => `${service.count} for ${service.what}`).join(", ")}`,
          hint: "Expose components by the ingress controller (`exposure`) instead of `service: load-balancer`.",
        };
      }
    }
  },
};
