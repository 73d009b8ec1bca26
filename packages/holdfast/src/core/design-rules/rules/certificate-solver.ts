import type { CertificateSolver, Fleet } from "../../spec/index.ts";
import { endpointOfUrl, isBelow } from "../hosts.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

const PUBLIC_AUTHORITIES = ["letsencrypt.org", "zerossl.com", "pki.goog", "buypass.com", "sectigo.com"];
const SOLVER: Path = ["traffic", "tls", "solver"];

export const certificateSolver: DesignRule = {
  id: "certificate-solver",
  severity: "error",
  requirements: ["R12", "R37", "R106"],
  asks: "Certificates can be got and renewed at every site: by DNS-01 where sites share a name or are not on the Internet.",
  why: "HTTP-01 asks the name, and DNS sends the authority to any site: the one that asked has the answer. It fails sixty days later, at the renewal.",
  example: {
    broken: "solver: { kind: http-01, email: hostmaster@contoso.com }",
    fixed: "solver: { kind: dns-01, provider: azure-dns, email: hostmaster@contoso.com, secret: azure-dns }",
  },
  *check(fleet) {
    const { tls } = fleet.traffic;
    if (tls.kind === "none") yield* checkPlain(fleet);
    if (tls.kind !== "cert-manager" || tls.solver === undefined) return;
    const { solver } = tls;
    if (solver.kind === "private-ca") {
      const open = fleet.sites.find((site) => site.network.internet.application);
      if (open !== undefined) {
        yield {
          path: [...SOLVER, "kind"],
          severity: "warning",
          message: `users on the Internet reach ${open.name}, and their browsers do not trust a private authority`,
          hint: "Use kind: dns-01 with a public authority.",
        };
      }
      return;
    }
    if (solver.kind === "http-01") yield* checkHttp01(fleet, solver);
  },
};

type AcmeSolver = Exclude<CertificateSolver, { kind: "private-ca" }>;

function isPublic({ server }: AcmeSolver): boolean {
  const { host } = endpointOfUrl(server);
  return PUBLIC_AUTHORITIES.some((domain) => isBelow(host, domain));
}

function* checkHttp01({ sites, traffic }: Fleet, solver: AcmeSolver): Iterable<Violation> {
  if (sites.length > 1) {
    yield {
      path: [...SOLVER, "kind"],
      message: `${sites.length} sites answer to ${traffic.host}: the authority's question by HTTP reaches any of them, not the one that asked for the certificate`,
      hint: "Use kind: dns-01",
    };
    return;
  }
  const closed = sites.find((site) => !site.network.internet.application);
  if (closed !== undefined && isPublic(solver)) {
    yield {
      path: [...SOLVER, "kind"],
      message: `the Internet does not reach ${closed.name}, so the authority's question by HTTP does not arrive`,
      hint: "Use kind: dns-01, or a private authority.",
    };
  }
}

function* checkPlain({ sites, stores }: Fleet): Iterable<Violation> {
  const personal = stores.find((store) => store.personalData);
  const open = sites.find((site) => site.network.internet.application);
  if (open === undefined) return;
  yield {
    path: ["traffic", "tls", "kind"],
    severity: personal === undefined ? "warning" : "error",
    message: `users on the Internet reach ${open.name} without TLS${personal === undefined ? "" : `, and ${personal.name} holds personal data`}`,
    hint: "Use tls: { kind: cert-manager, issuer: ... } or { kind: secret, secret: ... }",
  };
}
