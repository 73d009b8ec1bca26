import { KEEPS_CLIENT_ADDRESS, annotationsOf, ingressAddresses } from "./ingress-addresses.ts";
import { needsIngress, otherIngressGone } from "./ingress-controllers.ts";
import type { PlatformChart, PlatformContext } from "./platform-chart.ts";
import { pulledWith } from "./platform-chart.ts";

/**
 * The community's controller, for fleets that have it still (R14, R34): retired in March 2026, with chart 4.15.1 as its last and no
 * fix after it. It has controller v1.15.1 and kube-webhook-certgen v1.6.9; the keys are those of charts/ingress-nginx/values.yaml
 * in kubernetes/ingress-nginx. The rule `retired-component` tells whoever checks the file.
 */
export const ingressNginx: PlatformChart = {
  release: "ingress-nginx",
  namespace: "ingress",
  what: "Ingress controller: one address of the site for all paths of the application. RETIRED, it gets no security fixes",
  pinAt: (fleet, member) =>
    needsIngress(fleet, member, "ingress-nginx")
      ? {
          chart: "ingress-nginx",
          repository: "https://kubernetes.github.io/ingress-nginx",
          version: "4.15.1",
          kubernetes: ">=1.21.0-0",
          images: {
            controller: { host: "registry.k8s.io", path: "ingress-nginx/controller", tag: "v1.15.1" },
            certgen: { host: "registry.k8s.io", path: "ingress-nginx/kube-webhook-certgen", tag: "v1.6.9" },
          },
        }
      : undefined,
  prepare: () => otherIngressGone("ingress-nginx"),
  values: (context) => ({
    ...pulledWith(context.fleet),
    controller: {
      image: imageOf(context, "controller"),
      admissionWebhooks: { patch: { image: imageOf(context, "certgen") } },
      ingressClassResource: { name: "nginx", default: true },
      // Two, so that a drain leaves one (R129); the chart then makes a disruption budget of one.
      replicaCount: 2,
      minAvailable: 1,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
      metrics: { enabled: true },
      service: service(context),
    },
  }),
};

/** An empty digest: the chart's own belongs to its own registry's tag and would win over what stands here. */
function imageOf({ image }: PlatformContext, name: string) {
  const { registry, path, tag } = image(name);
  return { registry, image: path, tag, digest: "" };
}

function service({ member }: PlatformContext) {
  const { users, peers } = ingressAddresses(member);
  const { loadBalancerIP } = users;
  return {
    ...KEEPS_CLIENT_ADDRESS,
    ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
    ...annotationsOf(users),
    ...(peers === undefined ? {} : { internal: { enabled: true, ...peers, ...KEEPS_CLIENT_ADDRESS } }),
  };
}
