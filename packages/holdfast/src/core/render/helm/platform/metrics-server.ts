import type { PlatformChart } from "./platform-chart.ts";
import { pulledWith, repositoryAndTag } from "./platform-chart.ts";

/** What the autoscalers read (R51). AKS Engine puts one into each cluster; elsewhere the script looks first. */
export const metricsServer: PlatformChart = {
  release: "metrics-server",
  namespace: "kube-system",
  what: "CPU and memory of pods, for the autoscalers; only where the cluster has none",
  condition: "without-metrics",
  pinAt: ({ application }, { role, platform }) =>
    role === "witness" ||
    platform.kind === "azure-stack-hub" ||
    application.components.every(({ replicas }) => replicas.kind === "fixed")
      ? undefined
      : {
          chart: "metrics-server",
          repository: "https://kubernetes-sigs.github.io/metrics-server",
          version: "3.13.0",
          kubernetes: "1.31 and later",
          images: { server: { host: "registry.k8s.io", path: "metrics-server/metrics-server", tag: "v0.8.0" } },
        },
  values: ({ fleet, image }) => ({
    ...pulledWith(fleet),
    image: repositoryAndTag(image("server")),
    replicas: 2,
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
  }),
};
