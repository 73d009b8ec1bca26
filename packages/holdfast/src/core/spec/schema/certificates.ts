import * as z from "zod";
import * as s from "./scalars.ts";

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const email = () =>
  s
    .line("a mail address")
    .regex(/^[^@\s]+@[^@\s]+$/, { error: "expected a mail address" })
    .meta({ description: "Whom the authority tells of trouble." });
const server = () =>
  s
    .url("https")
    .prefault(LETS_ENCRYPT)
    .meta({ description: "ACME directory of the authority; default Let's Encrypt's." });

const http01 = z.strictObject({ kind: z.literal("http-01"), email: email(), server: server() }).meta({
  id: "Http01Solver",
  description: "The authority fetches a file at the host: it must reach this site, on port 80, from the Internet.",
});
const dns01 = z
  .strictObject({
    kind: z.literal("dns-01"),
    email: email(),
    server: server(),
    provider: s.choice(["azure-dns", "rfc2136"]).meta({ description: "Who serves the zone that is written to." }),
    secret: s.objectName().meta({ description: "Kubernetes Secret with the credentials to write to the zone." }),
    zone: s.dnsName().exactOptional().meta({ description: "The zone that is written to; default that of `traffic`." }),
    nameserver: s.hostPort().exactOptional().meta({ description: "For rfc2136: the server that takes updates." }),
  })
  .meta({ id: "Dns01Solver", description: "The authority looks up a record: it need not reach the site." });
const privateCa = z
  .strictObject({
    kind: z.literal("private-ca"),
    secret: s.objectName().meta({ description: "Kubernetes Secret with the authority's certificate and key." }),
  })
  .meta({ id: "PrivateCa", description: "An authority of your own, whose key each site holds." });

/** How cert-manager proves to an authority that the host is ours. */
export const certificateSolver = z.discriminatedUnion("kind", [http01, dns01, privateCa]).meta({
  description: "How certificates are got; absent: somebody else makes the ClusterIssuer.",
});
