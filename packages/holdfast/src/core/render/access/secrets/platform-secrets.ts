import type { Fleet, Member } from "../../../spec/index.ts";
import { platformCharts } from "../../helm/platform/platform-charts.ts";
import type { RequiredSecret, SecretKey } from "../../kubernetes/index.ts";

/** Secrets of what stands under the application: helm/README.md names them as well. A person has their values. */
export function platformSecrets(fleet: Fleet, member: Member): readonly RequiredSecret[] {
  const { registry, monitoring, traffic } = fleet;
  const namespaces = new Set(
    platformCharts
      .filter((chart) => chart.condition !== "operators" && chart.pinAt(fleet, member) !== undefined)
      .map(({ namespace }) => namespace),
  );
  const solver = traffic.tls.kind === "cert-manager" ? traffic.tls.solver : undefined;
  const all: readonly RequiredSecret[] = [
    ...(solver?.kind === "private-ca"
      ? [
          secret("cert-manager", solver.secret, "kubernetes.io/tls", [
            given("tls.crt", "the private authority's certificate"),
            given("tls.key", "its private key: signs what browsers trust"),
          ]),
        ]
      : []),
    ...(solver?.kind === "dns-01"
      ? [
          secret("cert-manager", solver.secret, "Opaque", [
            given(
              solver.provider === "rfc2136" ? "tsig-secret" : "client-secret",
              `lets cert-manager write to ${solver.zone}`,
            ),
          ]),
        ]
      : []),
    ...(monitoring.kind === "prometheus"
      ? [
          secret("monitoring", "holdfast-alertmanager", "Opaque", [
            given("alertmanager.yaml", "Alertmanager's configuration, with the mail server's password"),
          ]),
          secret("monitoring", "holdfast-grafana", "Opaque", [
            given("admin-user", "who may change dashboards"),
            { key: "admin-password", purpose: "that user's password", source: { kind: "random" } },
          ]),
        ]
      : []),
    ...(monitoring.kind === "azure-monitor"
      ? [
          secret("monitoring", "azure-monitor", "Opaque", [
            given("connection-string", "of the Application Insights that takes logs and metrics"),
          ]),
        ]
      : []),
    ...(registry.pullSecret === undefined
      ? []
      : [...namespaces].map((namespace) =>
          secret(
            namespace,
            registry.pullSecret ?? "",
            "kubernetes.io/dockerconfigjson",
            [given(".dockerconfigjson", `pulls images from ${registry.server}`)],
            false,
          ),
        )),
  ];
  return all.filter(({ namespace }) => namespaces.has(namespace));
}

function secret(
  namespace: string,
  name: string,
  type: RequiredSecret["type"],
  keys: readonly SecretKey[],
  sameAtEverySite = true,
): RequiredSecret {
  return { namespace, name, type, keys, sameAtEverySite };
}

function given(key: string, purpose: string): SecretKey {
  return { key, purpose, source: { kind: "given" } };
}
