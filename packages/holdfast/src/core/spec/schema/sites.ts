import * as z from "zod";
import { cluster, network, platform, quotas } from "./infrastructure.ts";
import * as s from "./scalars.ts";

const location = z
  .strictObject({
    dataCentre: s
      .line()
      .meta({ description: "Name of the building. Two sites with the same data centre share its loss." }),
    hosting: s
      .choice(["on-premises", "public-cloud"])
      .prefault("on-premises")
      .meta({ description: "Personal data stays on premises; a witness may be in a public cloud, as it holds none." }),
    region: s.line().exactOptional().meta({ description: "Region, for people and for steering by distance." }),
    country: z
      .string({ error: "expected a country code of two capital letters, such as US" })
      .regex(/^[A-Z]{2}$/, { error: "expected a country code of two capital letters, such as US" })
      .exactOptional()
      .meta({ description: "ISO 3166-1 alpha-2." }),
    azureRegion: s
      .line()
      .exactOptional()
      .meta({ description: "The nearest Azure region: Traffic Manager measures distance to it." }),
  })
  .meta({ id: "Location", description: "Where the site stands." });

const addresses = z
  .strictObject({
    ingress: s
      .hostPort()
      .exactOptional()
      .meta({ description: "What DNS answers to users; port 80, or 443 with TLS, where none is given." }),
    dns: s
      .hostPort()
      .exactOptional()
      .meta({ description: "Where this site's controller answers DNS; port 53 where none is given." }),
    peering: z
      .strictObject({
        ingress: s
          .hostPort()
          .exactOptional()
          .meta({ description: "How other sites probe this one's ingress; same default port as `ingress`." }),
        kubernetesApi: s
          .hostPort()
          .exactOptional()
          .meta({ description: "This site's Kubernetes API server; port 6443 where none is given." }),
        dataHost: s
          .host()
          .exactOptional()
          .meta({ description: "Host where stores listen for the other sites; each store adds its `peeringPort`." }),
      })
      .prefault({})
      .meta({ description: "How the other sites and the witness reach this one, usually through the VPN." }),
  })
  .meta({
    id: "SiteAddresses",
    description: "Where a site is reached. Each is optional: a first check comes before the network is built.",
  });

export const site = z
  .strictObject({
    name: s.siteName().meta({ description: "Name of the site; it becomes a DNS label." }),
    location,
    platform,
    cluster: cluster.exactOptional(),
    network: network.prefault({}),
    quotas: quotas.prefault({}),
    addresses: addresses.prefault({}),
  })
  .meta({ id: "Site", description: "A place that runs the application and shares nothing with the others." });

export const witness = z
  .strictObject({
    name: s.siteName().meta({ description: "Name of the witness; it becomes a DNS label." }),
    location,
    platform,
    network: network.prefault({}),
    addresses: addresses.prefault({}),
  })
  .meta({ id: "Witness", description: "Votes and observes; runs no application and holds no personal data." });

export const link = z
  .strictObject({
    between: z
      .tuple([s.siteName(), s.siteName()], { error: "expected a list of two sites" })
      .meta({ description: "The two sites, or a site and the witness." }),
    kind: s
      .choice(["vpn", "direct", "public"])
      .prefault("vpn")
      .meta({ description: "Site-to-site VPN, a line of one's own, or the public Internet with TLS." }),
    latency: s.duration().exactOptional().meta({ description: "Round trip, as measured." }),
    bandwidth: s.bandwidth().exactOptional().meta({ description: "As measured or contracted." }),
  })
  .meta({ id: "Link", description: "What joins two sites." });
