import * as z from "zod";
import * as s from "./scalars.ts";

const componentPort = z
  .strictObject({
    name: z
      .string({ error: "expected a port name of at most 15 small letters, digits and hyphens" })
      .regex(/^(?=.{1,15}$)(?=.*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, {
        error: "expected a port name of at most 15 small letters, digits and hyphens",
      })
      .meta({ description: "Name by which probes and exposure mean this port." }),
    port: s.tcpPort().meta({ description: "Port on which the container listens." }),
    servicePort: s.tcpPort().exactOptional().meta({ description: "Port of the service; default the container's." }),
  })
  .meta({ id: "ComponentPort" });

const replicas = z
  .union(
    [
      s.integer(0, 1_000).transform((count) => ({ kind: "fixed" as const, count })),
      z
        .strictObject({
          min: s.integer(1, 1_000).meta({ description: "Fewest replicas." }),
          max: s.integer(1, 1_000).meta({ description: "Most replicas." }),
          targetCpu: s
            .percent()
            .prefault("70%")
            .meta({ description: "CPU in use, of what was requested, that scaling aims at." }),
        })
        .transform(({ min, max, targetCpu }) => ({
          kind: "autoscaled" as const,
          min,
          max,
          targetCpuPercent: targetCpu,
        })),
    ],
    { error: "expected a number of replicas, or { min, max, targetCpu }" },
  )
  .meta({ description: "Replicas at each site: a number, or { min, max, targetCpu } to scale by CPU." });

export const resources = z
  .strictObject({
    requests: z
      .strictObject({
        cpu: s.cpu().meta({ description: "CPU reserved for one replica, for example 250m." }),
        memory: s.bytes().meta({ description: "Memory reserved for one replica, for example 64Mi." }),
      })
      .meta({ description: "What is reserved: the scheduler counts it." }),
    limits: z
      .strictObject({
        cpu: s.cpu().exactOptional().meta({ description: "Most CPU for one replica." }),
        memory: s.bytes().meta({ description: "Most memory for one replica; beyond it the container is killed." }),
      })
      .meta({ description: "What is never exceeded." }),
  })
  .meta({ id: "Resources", description: "What one replica needs." });

const probe = z
  .strictObject({
    path: s.httpPath().meta({ description: "Path that answers 200 to 399 when all is well." }),
    port: z.string().meta({ description: "Name of a port of the component." }),
    period: s.wholeSeconds(1, 3_600).prefault("10s").meta({ description: "Time between probes." }),
    timeout: s.wholeSeconds(1, 300).prefault("1s").meta({ description: "An answer that takes longer is a failure." }),
    failureThreshold: s.integer(1, 100).prefault(3).meta({ description: "Failures in a row that count." }),
    initialDelay: s.wholeSeconds(0, 3_600).prefault("0s").meta({ description: "Wait before the first probe." }),
  })
  .meta({ id: "Probe", description: "An HTTP request by which Kubernetes judges a container." });

const secretReference = z
  .strictObject({
    env: s
      .line()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" })
      .meta({ description: "Environment variable." }),
    secret: s.objectName().meta({ description: "Name of the Kubernetes Secret." }),
    key: s
      .line()
      .regex(/^[-._A-Za-z0-9]+$/, { error: "expected a key of a Kubernetes Secret" })
      .meta({ description: "Key in the Secret." }),
  })
  .meta({ id: "SecretReference", description: "A value from a Kubernetes Secret; it never stands in the file." });

const exposedPath = z
  .union(
    [
      s.httpPath().transform((path) => ({ path, match: "prefix" as const })),
      z.strictObject({
        path: s.httpPath().meta({ description: "Path." }),
        match: s
          .choice(["prefix", "exact"])
          .prefault("prefix")
          .meta({ description: "Whether paths below it belong to it." }),
      }),
    ],
    { error: "expected a path, or { path, match }" },
  )
  .meta({ description: "A path, or { path, match }." });

const component = z
  .strictObject({
    name: s.label().meta({ description: "Name of the component and of its service." }),
    image: z
      .string({ error: "expected an image such as registry.example/ratings-web:1.0.0" })
      .max(500)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, {
        error: "expected an image such as registry.example/ratings-web:1.0.0",
      })
      .meta({ description: "Registry, repository and tag or digest. A tag that moves makes sites differ." }),
    args: z.array(z.string().max(10_000)).prefault([]).meta({ description: "Arguments of the container." }),
    ports: z.array(componentPort).prefault([]).meta({ description: "Ports on which the container listens." }),
    replicas: replicas.prefault(2),
    resources,
    probes: z
      .strictObject({
        readiness: probe.exactOptional().meta({ description: "Gets requests only while it answers." }),
        liveness: probe.exactOptional().meta({ description: "Is restarted when it no longer answers." }),
        startup: probe.exactOptional().meta({ description: "Holds the others back until it answered once." }),
      })
      .prefault({})
      .meta({ description: "How Kubernetes judges the container." }),
    configuration: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" }),
        z
          .union([z.string().max(100_000), z.number(), z.boolean()], {
            error: "expected text, a number, true or false",
          })
          .transform(String),
      )
      .prefault({})
      .meta({
        description:
          "Environment variables in plain text. `${site}` stands for the site's name. Never a secret: those go to `secrets`.",
      }),
    secrets: z
      .array(secretReference)
      .prefault([])
      .meta({ description: "Environment variables from Kubernetes Secrets." }),
    exposure: z
      .strictObject({
        port: z.string().meta({ description: "Name of a port of the component." }),
        paths: z
          .array(exposedPath)
          .min(1, { error: "expected at least one path" })
          .meta({ description: "Paths of the application's host that lead here." }),
      })
      .exactOptional()
      .meta({ id: "Exposure", description: "What users reach, through the ingress controller." }),
    service: s
      .choice(["cluster", "load-balancer"])
      .prefault("cluster")
      .meta({ description: "`load-balancer` takes one of the few public addresses of a Hub: prefer `exposure`." }),
    connectsTo: z.array(z.string()).prefault([]).meta({
      description: "Components and stores that it opens connections to; the network policy allows no others.",
    }),
    terminationGrace: s.wholeSeconds(0, 3_600).prefault("30s").meta({ description: "Time to finish after SIGTERM." }),
  })
  .meta({ id: "Component", description: "A part of the application; it runs at every site." });

/** https://semver.org without build metadata: a `+` is no tag of a chart in a registry. */
const SEMANTIC_VERSION =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?$/;

export const application = z
  .strictObject({
    name: s.label().meta({ description: "Name of the application." }),
    namespace: s.label().exactOptional().meta({ description: "Kubernetes namespace; default the application's name." }),
    version: z
      .string({ error: "expected a version such as 1.4.0" })
      .max(100, { error: "expected a version such as 1.4.0" })
      .regex(SEMANTIC_VERSION, { error: "expected a version such as 1.4.0" })
      .prefault("0.1.0")
      .meta({ description: "Version of the application's Helm chart (https://semver.org): a change needs a new one." }),
    components: z
      .array(component)
      .min(1, { error: "expected at least one component" })
      .meta({ description: "Parts of the application." }),
  })
  .meta({ id: "Application", description: "What runs at every site." });
