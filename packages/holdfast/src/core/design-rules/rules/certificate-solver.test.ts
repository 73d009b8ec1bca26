import { describe } from "vitest";
import type { Edit, ExampleName } from "../../spec/testing/examples.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { certificateSolver } from "./certificate-solver.ts";

const HUB: ExampleName = "ratings-azure-stack-hub";
const DNS_01 = "{ kind: dns-01, provider: azure-dns, email: hostmaster@contoso.com, secret: azure-dns }";
const solver = (what: string, text: string, ...findings: string[]): RuleCase => ({
  what,
  example: HUB,
  edits: [[DNS_01, text]],
  findings,
});
const text = exampleText("ratings");
const ONE_SITE: readonly Edit[] = [
  [text.slice(text.indexOf("  - name: portland\n"), text.indexOf("\n# Votes and observes")), ""],
  ["  - { between: [seattle, portland], kind: vpn, latency: 4ms, bandwidth: 200Mbps }\n", ""],
  ["  - { between: [portland, boise], kind: vpn, latency: 8ms, bandwidth: 100Mbps }\n", ""],
  ["sites: [seattle, portland]", "sites: [seattle]"],
  ["order: [seattle, portland]", "order: [seattle]"],
  ["targets: [portland, seattle]", "targets: [seattle]"],
];
const PLAIN: Edit = [
  `tls:\n    kind: cert-manager\n    issuer: letsencrypt\n    solver: ${DNS_01}`,
  "tls: { kind: none }",
];

describe("certificate-solver (R12, R37, R106)", () => {
  testRule(certificateSolver, [
    solver(
      "refuses HTTP-01 behind a shared name",
      "{ kind: http-01, email: a@contoso.com }",
      "error traffic.tls.solver.kind",
    ),
    solver(
      "refuses it with an authority of one's own as well",
      "{ kind: http-01, email: a@contoso.com, server: https://acme.contoso.com/directory }",
      "error traffic.tls.solver.kind",
    ),
    solver(
      "warns of a private authority before users on the Internet",
      "{ kind: private-ca, secret: ca }",
      "warning traffic.tls.solver.kind",
    ),
    {
      what: "takes an ACME server of the enclave",
      example: "ratings-disconnected",
      edits: [
        [
          "{ kind: private-ca, secret: enclave-ca }",
          "{ kind: dns-01, server: https://acme.enclave.example/directory, provider: rfc2136, nameserver: 10.102.1.53, email: a@enclave.example, secret: tsig }",
        ],
      ],
      findings: [],
    },
    {
      what: "refuses HTTP-01 at the only site where the Internet does not reach it",
      example: "ratings",
      edits: [
        ...ONE_SITE,
        [
          "tls: { kind: none }",
          "tls: { kind: cert-manager, issuer: le, solver: { kind: http-01, email: a@b.example } }",
        ],
      ],
      findings: ["error traffic.tls.solver.kind"],
    },
    {
      what: "takes HTTP-01 at the only site, on the Internet",
      example: "ratings",
      edits: [
        ...ONE_SITE,
        [
          "tls: { kind: none }",
          "tls: { kind: cert-manager, issuer: le, solver: { kind: http-01, email: a@b.example } }",
        ],
        [
          "    platform: { kind: kubernetes }\n",
          "    platform: { kind: kubernetes }\n    network: { internet: { application: true } }\n",
        ],
      ],
      findings: [],
    },
    { what: "refuses personal data without TLS", example: HUB, edits: [PLAIN], findings: ["error traffic.tls.kind"] },
    {
      what: "warns of other data without TLS",
      example: HUB,
      edits: [PLAIN, ["personalData: true", "personalData: false"]],
      findings: ["warning traffic.tls.kind"],
    },
    {
      what: "says nothing of an issuer that somebody else made",
      example: HUB,
      edits: [[`    solver: ${DNS_01}\n`, ""]],
      findings: [],
    },
  ]);
});
