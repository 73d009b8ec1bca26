import type { Component, Probe } from "../../spec/index.ts";
import { identityOf } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { digest } from "./digest.ts";
import { imageTag } from "./images.ts";
import { labelsOf, selectorOf, workloadLabelsOf } from "./labels.ts";
import type { Identity } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import { exposeComponent } from "./ingress.ts";
import {
  containerSecurityContext,
  fromSecret,
  podIdentity,
  podSecurityContext,
  pullSecrets,
  resourcesOf,
  spread,
} from "./pods.ts";
import { authorityFolder, mongodbStoresOf, secretNames } from "./stores.ts";

/** Everything that one component of the application needs at one site, except its network policy. */
export function renderComponent(context: SiteContext, component: Component): readonly Manifest[] {
  const { namespace } = context.fleet.application;
  const version = imageTag(component.image);
  const identity = identityOf(context, {
    name: component.name,
    component: "application",
    ...(version === undefined ? {} : { version }),
  });
  const metadata = { name: component.name, namespace, labels: labelsOf(identity) };
  const configuration = configurationAt(context, component);
  return [
    // It talks to no API server, so no token is put into its pods.
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    ...(configuration === undefined ? [] : [{ apiVersion: "v1", kind: "ConfigMap", metadata, data: configuration }]),
    ...renderService(component, identity, metadata),
    renderDeployment(context, component, identity, configuration),
    ...renderAutoscaler(component, metadata),
    ...renderDisruptionBudget(component, identity, metadata),
    ...exposeComponent(context, component, metadata),
  ];
}

/** Sorted by name, `${site}` replaced; undefined when there is none. */
function configurationAt(context: SiteContext, component: Component): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(component.configuration).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([key, value]) => [key, value.replaceAll("${site}", () => context.name)]));
}

function renderDeployment(
  context: SiteContext,
  component: Component,
  identity: Identity,
  configuration: Readonly<Record<string, string>> | undefined,
): Manifest {
  const selector = selectorOf(identity);
  const { replicas, probes } = component;
  const authorities = mongodbStoresOf(context.fleet, component);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: component.name,
      namespace: context.fleet.application.namespace,
      labels: workloadLabelsOf(identity),
    },
    spec: {
      // Left out where the autoscaler sets it: applying the file again must not undo its decision.
      ...(replicas.kind === "fixed" ? { replicas: replicas.count } : {}),
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: workloadLabelsOf(identity),
          // A container reads its environment only when it starts, so a change of the ConfigMap has to change the pods.
          ...(configuration === undefined
            ? {}
            : { annotations: { "holdfast.dev/config-digest": digest(JSON.stringify(configuration)) } }),
        },
        spec: {
          serviceAccountName: component.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...pullSecrets(context.fleet.registry),
          securityContext: podSecurityContext,
          terminationGracePeriodSeconds: component.terminationGraceSeconds,
          topologySpreadConstraints: spread(selector),
          containers: [
            {
              name: component.name,
              image: component.image,
              ...(component.args.length === 0 ? {} : { args: component.args }),
              ...(component.ports.length === 0
                ? {}
                : {
                    ports: component.ports.map(({ name, containerPort }) => ({ name, containerPort, protocol: "TCP" })),
                  }),
              ...(configuration === undefined ? {} : { envFrom: [{ configMapRef: { name: component.name } }] }),
              env: [...podIdentity, ...component.secrets.map(({ env, secret, key }) => fromSecret(env, secret, key))],
              ...(probes.startup === undefined ? {} : { startupProbe: renderProbe(probes.startup) }),
              ...(probes.readiness === undefined ? {} : { readinessProbe: renderProbe(probes.readiness) }),
              ...(probes.liveness === undefined ? {} : { livenessProbe: renderProbe(probes.liveness) }),
              ...lingering(component),
              resources: resourcesOf(component.resources),
              securityContext: containerSecurityContext,
              ...(authorities.length === 0
                ? {}
                : {
                    volumeMounts: authorities.map(({ name }) => ({
                      name: `${name}-ca`,
                      mountPath: authorityFolder(name),
                      readOnly: true,
                    })),
                  }),
            },
          ],
          ...(authorities.length === 0 ? {} : { volumes: authorities.map(({ name }) => authorityVolume(name)) }),
        },
      },
    },
  };
}

/** The servers' own authority signs their certificates, which no image knows. Of the Secret only that: their key is not the client's. */
function authorityVolume(store: string) {
  return {
    name: `${store}-ca`,
    secret: { secretName: secretNames(store).tls, items: [{ key: "ca.crt", path: "ca.crt" }] },
  };
}

/**
 * A pod goes out of the services' endpoints at the same time as it is told to stop, and the proxies hear of it later: it
 * serves on for a moment, or users would see refused connections at each change.
 */
function lingering({ ports, terminationGraceSeconds }: Component) {
  const seconds = Math.min(5, Math.floor(terminationGraceSeconds / 3));
  return ports.length === 0 || seconds === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds } } } };
}

function renderProbe(probe: Probe) {
  const { path, port, initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold } = probe;
  return { httpGet: { path, port }, initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold };
}

function renderService(component: Component, identity: Identity, metadata: Manifest["metadata"]): readonly Manifest[] {
  if (component.ports.length === 0) return [];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: component.service === "load-balancer" ? "LoadBalancer" : "ClusterIP",
        selector: selectorOf(identity),
        ports: component.ports.map(({ name, servicePort }) => ({
          name,
          port: servicePort,
          targetPort: name,
          protocol: "TCP",
        })),
      },
    },
  ];
}

function renderAutoscaler(component: Component, metadata: Manifest["metadata"]): readonly Manifest[] {
  const { replicas } = component;
  if (replicas.kind === "fixed") return [];
  return [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: component.name },
        minReplicas: replicas.min,
        maxReplicas: replicas.max,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: replicas.targetCpuPercent } },
          },
        ],
      },
    },
  ];
}

/**
 * One pod at a time may be taken away by a drain. With a single replica any budget would either stop every drain or
 * protect nothing, so there is none; a pod that is not healthy anyway never holds a drain up.
 */
function renderDisruptionBudget(
  { replicas }: Component,
  identity: Identity,
  metadata: Manifest["metadata"],
): readonly Manifest[] {
  const fewest = replicas.kind === "fixed" ? replicas.count : replicas.min;
  return fewest < 2 ? [] : [disruptionBudget(selectorOf(identity), metadata)];
}

export function disruptionBudget(
  matchLabels: Readonly<Record<string, string>>,
  metadata: Manifest["metadata"],
): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: { maxUnavailable: 1, selector: { matchLabels }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  };
}
