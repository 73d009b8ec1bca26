import type { DesignRule } from "../rule.ts";

/** They belong to Kubernetes, to holdfast, or to what is installed beside the application. */
const TAKEN = ["default", "holdfast-system", "cert-manager", "ingress", "ingress-nginx"];

export const ownNamespace: DesignRule = {
  id: "own-namespace",
  severity: "warning",
  requirements: ["R13"],
  asks: "The application has a namespace of its own.",
  why: "Quotas, roles and network policies hold for a namespace: in a shared one they hold for strangers too.",
  example: { broken: "namespace: default", fixed: "namespace: ratingsapp" },
  *check({ application: { namespace } }) {
    if (!TAKEN.includes(namespace) && !namespace.startsWith("kube-")) return;
    yield {
      path: ["application", "namespace"],
      message: `the namespace ${namespace} is not the application's alone`,
      hint: "Use one named after the application.",
    };
  },
};
