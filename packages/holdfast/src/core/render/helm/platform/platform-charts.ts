import { certManager, certManagerOfOperators } from "./cert-manager.ts";
import { collectorOfCluster, collectorOfNodes } from "./azure-monitor.ts";
import { barmanCloud, cloudnativePg, perconaMongodb } from "./database-operators.ts";
import { f5Nginx } from "./f5-nginx.ts";
import { externalSecrets } from "./external-secrets.ts";
import { ingressNginx } from "./ingress-nginx.ts";
import { kured } from "./kured.ts";
import { metricsServer } from "./metrics-server.ts";
import type { PlatformChart } from "./platform-chart.ts";
import { traefik } from "./traefik.ts";
import { prometheusStack } from "./prometheus.ts";

/** In the order in which a cluster gets them. */
export const platformCharts: readonly PlatformChart[] = [
  metricsServer,
  externalSecrets,
  f5Nginx,
  traefik,
  ingressNginx,
  certManager,
  prometheusStack,
  collectorOfNodes,
  collectorOfCluster,
  kured,
  certManagerOfOperators,
  cloudnativePg,
  barmanCloud,
  perconaMongodb,
];
