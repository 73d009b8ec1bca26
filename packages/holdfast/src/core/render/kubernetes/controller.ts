import { grant } from "./access.ts";
import { SYSTEM_NAMESPACE, identityOf } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { CONTROLLER_CONFIG, CONTROLLER_NAME, DNS_SERVICE, controllerPorts } from "./controller-names.ts";
import { digest } from "./digest.ts";
import type { ControllersView } from "./controllers-view.ts";
import { controllerImage } from "./images.ts";
import { labelsOf, ownedLabels, selectorOf, workloadLabelsOf } from "./labels.ts";
import { internalWhereOwn, loadBalancer } from "./load-balancer.ts";
import type { Manifest } from "./manifest.ts";
import {
  criticalPriority,
  podIdentity,
  podSecurityContext,
  pullSecrets,
  sealedSecurityContext,
  temporaryMount,
  temporaryVolume,
} from "./pods.ts";
import { isPostgresql, secretNames, storesAt } from "./stores.ts";
import { peersToVote } from "./secrets.ts";
import { peerSecretName, registersOf } from "./voter-names.ts";

const CONFIG_MOUNT = "/etc/holdfast";

/**
 * holdfast's own controller. It reads the agents' tokens from the stores' Secrets in the application's namespace (a pod
 * cannot mount a Secret of another namespace), and may get just those, by name.
 */
export function renderController(context: SiteContext, view: ControllersView): readonly Manifest[] {
  const identity = identityOf(context, {
    name: CONTROLLER_NAME,
    component: "controller",
    version: controllerImage(context.fleet.registry).version,
  });
  const selector = selectorOf(identity);
  const metadata = (name: string) => ({ name, namespace: SYSTEM_NAMESPACE, labels: labelsOf(identity) });
  const { role, name: site } = context;
  const config = `{"role": ${JSON.stringify(role)}, "site": ${JSON.stringify(site)}, "fleet": ${view.json}}\n`;
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadata(CONTROLLER_NAME),
      automountServiceAccountToken: false,
    },
    ...grant(metadata(CONTROLLER_NAME), [
      // Verdicts that outlive a restart, the registers of the site lease, and what people ask for.
      { apiGroups: [""], resources: ["configmaps"], verbs: [...READ, "create", "update", "patch"] },
      // A voter that forgot what it promised gets a new register, or its old word would count.
      ...namedRule("configmaps", registersOf(context.fleet), "delete"),
      ...namedRule(
        "secrets",
        peersToVote(context).map(({ name }) => peerSecretName(name)),
        "get",
      ),
      { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
    ]),
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(CONTROLLER_CONFIG), data: { "config.json": config } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(CONTROLLER_NAME),
      spec: {
        type: "ClusterIP",
        selector,
        ports: [{ name: "http", port: controllerPorts.http, targetPort: "http", protocol: "TCP" }],
      },
    },
    ...(context.fleet.traffic.provider === "holdfast-dns"
      ? [renderDnsService(context, metadata(DNS_SERVICE), selector)]
      : []),
    renderDeployment(
      context,
      { name: CONTROLLER_NAME, namespace: SYSTEM_NAMESPACE, labels: workloadLabelsOf(identity) },
      selector,
      digest(`${role} ${site} ${view.digest}`),
    ),
  ];
}

function renderDnsService(
  context: SiteContext,
  metadata: Manifest["metadata"],
  selector: Readonly<Record<string, string>>,
): Manifest {
  const host = context.addresses.dns?.host;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, ...internalWhereOwn(context, host) },
    spec: {
      ...loadBalancer(host),
      selector,
      ports: [
        { name: "dns", port: 53, targetPort: "dns", protocol: "UDP" },
        { name: "dns-tcp", port: 53, targetPort: "dns-tcp", protocol: "TCP" },
      ],
    },
  };
}

const READ = ["get", "list", "watch"];

/** What the controller may do where the application lives. */
export function renderControllerAccess(context: SiteContext): readonly Manifest[] {
  const { application, name: fleet } = context.fleet;
  const tokens = storesAt(context)
    .filter(isPostgresql)
    .map((store) => secretNames(store.name).system);
  const labels = ownedLabels({ fleet, site: context.name });
  return grant({ name: CONTROLLER_NAME, namespace: application.namespace, labels }, [
    { apiGroups: [""], resources: ["pods", "services"], verbs: READ },
    // The endpoints of `<store>-rw`: where the primary is.
    {
      apiGroups: ["discovery.k8s.io"],
      resources: ["endpointslices"],
      verbs: [...READ, "create", "update", "patch", "delete"],
    },
    ...namedRule("secrets", tokens, "get"),
  ]);
}

/** None for no names: a rule without names would be for all of them. */
function namedRule(resource: string, resourceNames: readonly string[], verb: string): readonly unknown[] {
  return resourceNames.length === 0 ? [] : [{ apiGroups: [""], resources: [resource], resourceNames, verbs: [verb] }];
}

function renderDeployment(
  { fleet }: SiteContext,
  metadata: Manifest["metadata"],
  selector: Readonly<Record<string, string>>,
  configDigest: string,
): Manifest {
  const dns = fleet.traffic.provider === "holdfast-dns";
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      // One, and never two for a moment: the site has one voice.
      replicas: 1,
      strategy: { type: "Recreate" },
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: metadata.labels, annotations: { "holdfast.dev/config-digest": configDigest } },
        spec: {
          serviceAccountName: CONTROLLER_NAME,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          ...pullSecrets(fleet.registry),
          ...criticalPriority,
          securityContext: podSecurityContext,
          terminationGracePeriodSeconds: 10,
          // A lost node's controller moves after seconds, not after the default of five minutes.
          tolerations: ["not-ready", "unreachable"].map((state) => ({
            key: `node.kubernetes.io/${state}`,
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 15,
          })),
          containers: [
            {
              name: "controller",
              image: controllerImage(fleet.registry).image,
              ports: [
                ...(dns
                  ? [
                      { name: "dns", containerPort: controllerPorts.dns, protocol: "UDP" },
                      { name: "dns-tcp", containerPort: controllerPorts.dns, protocol: "TCP" },
                    ]
                  : []),
                { name: "http", containerPort: controllerPorts.http, protocol: "TCP" },
              ],
              env: [
                ...podIdentity,
                { name: "CONFIG_FILE", value: `${CONFIG_MOUNT}/config.json` },
                ...(dns ? [{ name: "DNS_PORT", value: String(controllerPorts.dns) }] : []),
                { name: "HTTP_PORT", value: String(controllerPorts.http) },
              ],
              readinessProbe: {
                httpGet: { path: "/readyz", port: "http" },
                periodSeconds: 2,
                timeoutSeconds: 2,
                failureThreshold: 3,
              },
              livenessProbe: {
                httpGet: { path: "/livez", port: "http" },
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 3,
              },
              resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
              securityContext: sealedSecurityContext,
              volumeMounts: [{ name: "config", mountPath: CONFIG_MOUNT, readOnly: true }, temporaryMount],
            },
          ],
          volumes: [{ name: "config", configMap: { name: CONTROLLER_CONFIG } }, temporaryVolume],
        },
      },
    },
  };
}
