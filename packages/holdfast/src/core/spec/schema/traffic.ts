import * as z from "zod";
import { certificateSolver } from "./certificates.ts";
import { ipv4Range } from "./scalars.ts";
import * as s from "./scalars.ts";

const weight = () => s.integer(0, 1_000);
const sites = z.array(s.siteName()).exactOptional().meta({ description: "Sites that take part; default all." });

const priority = z
  .strictObject({
    kind: z.literal("priority"),
    order: z
      .array(s.siteName())
      .min(1, { error: "expected at least one site" })
      .meta({ description: "The first healthy one is answered." }),
  })
  .meta({ id: "PriorityPolicy" });
const weighted = z
  .strictObject({
    kind: z.literal("weighted"),
    weights: z
      .record(z.string(), weight())
      .meta({ description: "Weight of each site; one that is not named gets none." }),
  })
  .meta({ id: "WeightedPolicy" });
const performance = z
  .strictObject({ kind: z.literal("performance"), sites })
  .meta({ id: "PerformancePolicy", description: "The nearest healthy site by latency." });
const geographic = z
  .strictObject({
    kind: z.literal("geographic"),
    regions: z
      .record(z.string(), z.array(s.line()))
      .prefault({})
      .meta({ description: "For each site, the country or region codes whose users it serves." }),
    world: s.siteName().meta({ description: "The site for users from everywhere else." }),
  })
  .meta({ id: "GeographicPolicy" });
const subnet = z
  .strictObject({
    kind: z.literal("subnet"),
    subnets: z
      .record(z.string(), z.array(ipv4Range()))
      .meta({ description: "For each site, the ranges whose users it serves." }),
    fallback: s
      .siteName()
      .exactOptional()
      .meta({ description: "The site for all others; absent: they get no answer." }),
  })
  .meta({ id: "SubnetPolicy" });
const multiValue = z
  .strictObject({
    kind: z.literal("multi-value"),
    maxAnswers: s.integer(1, 10).prefault(2).meta({ description: "Most addresses in one answer." }),
    sites,
  })
  .meta({ id: "MultiValuePolicy", description: "Several healthy sites in one answer; the client chooses." });

const simplePolicy = z.discriminatedUnion("kind", [priority, weighted, performance, geographic, subnet, multiValue]);

const nested = z
  .strictObject({
    kind: z.literal("nested"),
    by: s.choice(["priority", "weighted", "performance", "geographic"]).meta({ description: "How a child is chosen." }),
    children: z
      .array(
        z
          .strictObject({
            name: s.label().meta({ description: "Name of the child." }),
            minHealthy: s
              .integer(1, 1_000)
              .prefault(1)
              .meta({ description: "With fewer healthy sites the child counts as down." }),
            weight: weight().prefault(1).meta({ description: "For `by: weighted`." }),
            regions: z
              .array(s.line())
              .prefault([])
              .meta({ description: "For `by: geographic`: country or region codes; one child has WORLD." }),
            policy: simplePolicy.meta({ description: "How a site of the child is chosen." }),
          })
          .meta({ id: "TrafficChild" }),
      )
      .min(1, { error: "expected at least one child" })
      .meta({ description: "In order, which counts for `by: priority`." }),
  })
  .meta({ id: "NestedPolicy", description: "One policy chooses a group of sites, the group's own policy the site." });

export const traffic = z
  .strictObject({
    provider: s.choice(["holdfast-dns", "azure-traffic-manager"]).prefault("holdfast-dns").meta({
      description:
        "Who answers names: the controllers' own DNS servers, or Azure Traffic Manager where all sites face the Internet.",
    }),
    azureTrafficManager: z
      .strictObject({
        relativeName: s.label().meta({ description: "The profile is reached at <relativeName>.trafficmanager.net." }),
        resourceGroup: s.line().meta({ description: "Resource group in public Azure." }),
      })
      .exactOptional()
      .meta({ description: "Where the profile is made, with `provider: azure-traffic-manager`." }),
    zone: s.dnsName().meta({ description: "Zone delegated to the sites, for example ratings.example." }),
    host: s.dnsName().meta({ description: "The name that users open; inside the zone." }),
    policy: z
      .discriminatedUnion("kind", [...simplePolicy.options, nested])
      .meta({ description: "How a site is chosen for a user." }),
    ttl: s
      .wholeSeconds(0, 86_400)
      .prefault("5s")
      .meta({ description: "How long resolvers keep an answer: it adds to every failover." }),
    probe: z
      .strictObject({
        path: s
          .httpPath()
          .prefault("/healthz")
          .meta({ description: "Path that fails when the site cannot serve users." }),
        interval: s.duration().prefault("1s").meta({ description: "Time between probes." }),
        timeout: s.duration().prefault("1s").meta({ description: "An answer that takes longer is a failure." }),
        fall: s.integer(1, 100).prefault(3).meta({ description: "Failures in a row until a site counts as down." }),
        rise: s.integer(1, 100).prefault(2).meta({ description: "Successes in a row until it counts as up again." }),
      })
      .prefault({})
      .meta({ id: "TrafficProbe", description: "How observers judge a site." }),
    whenAllDown: s
      .choice(["answer-all", "answer-none"])
      .prefault("answer-all")
      .meta({ description: "What is answered when every site looks down." }),
    ingressController: s.choice(["f5-nginx", "traefik", "ingress-nginx"]).prefault("f5-nginx").meta({
      description:
        "Which ingress controller each site gets: F5's NGINX Ingress Controller, Traefik, or the community's ingress-nginx, which has had no security fixes since March 2026.",
    }),
    hostmaster: s
      .line("a mail address")
      .regex(/^[^@\s]+@[^@\s]+$/, { error: "expected a mail address" })
      .exactOptional()
      .meta({ description: "Mail address in the zone's SOA; default hostmaster@<zone>." }),
    tls: z
      .discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("none") }).meta({ id: "NoTls", description: "Plain HTTP." }),
        z
          .strictObject({
            kind: z.literal("secret"),
            secret: s.objectName().meta({ description: "Name of the TLS Secret at every site." }),
          })
          .meta({ id: "TlsSecret" }),
        z
          .strictObject({
            kind: z.literal("cert-manager"),
            issuer: s.objectName().meta({ description: "Name of the ClusterIssuer." }),
            solver: certificateSolver.exactOptional(),
          })
          .meta({ id: "CertManagerTls" }),
      ])
      .meta({ description: "Certificate at the ingress. `none` only where the file says so." }),
  })
  .meta({ id: "Traffic", description: "How users reach a living site by one name." });
