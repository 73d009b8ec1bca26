import type { IngressController } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

/** Who gave what up, and when: https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/ */
const RETIRED: Readonly<Partial<Record<IngressController, { readonly by: string; readonly since: string }>>> = {
  "ingress-nginx": { by: "the Kubernetes project", since: "March 2026" },
};

export const retiredComponent: DesignRule = {
  id: "retired-component",
  severity: "warning",
  requirements: ["R34", "R141"],
  asks: "Nothing that the sites get was given up by its makers.",
  why: "The next hole that is found in it stays open, and the ingress controller is what the users' network talks to.",
  example: { broken: "ingressController: ingress-nginx", fixed: "ingressController: f5-nginx" },
  *check({ application, traffic: { ingressController } }) {
    const retired = RETIRED[ingressController];
    if (retired === undefined || application.components.every(({ exposure }) => exposure === undefined)) return;
    yield {
      path: ["traffic", "ingressController"],
      message: `${ingressController} was retired by ${retired.by} in ${retired.since}: it gets no security fixes`,
      hint: "Use ingressController: f5-nginx (NGINX still) or traefik, and change one drained site at a time.",
    };
  },
};
