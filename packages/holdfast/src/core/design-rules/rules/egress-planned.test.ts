import { describe } from "vitest";
import type { Edit, ExampleName } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { egressPlanned } from "./egress-planned.ts";

const HUB: ExampleName = "ratings-azure-stack-hub";
const at = (severity: string, ...sites: number[]) =>
  sites.map((site) => `${severity} sites[${site}].network.egress.destinations`);

/** Both sites of the example share the list. */
const without = (what: string, example: ExampleName, line: string, ...findings: string[]): RuleCase => ({
  what,
  example,
  edits: [[`          - ${line}\n`, ""]],
  findings,
});

describe("egress-planned (R7, R54, R60, R61, R62, R68, R69, R70)", () => {
  testRule(egressPlanned, [
    without(
      "refuses a list without the certificate authority",
      HUB,
      "{ purpose: certificates, host: acme-v02.api.letsencrypt.org }",
      ...at("error", 0, 1),
    ),
    without(
      "refuses a list without where the zone is written",
      HUB,
      "{ purpose: certificates, host: management.azure.com }",
      ...at("error", 0, 1),
    ),
    without(
      "refuses a list without the storage of Azure's registry",
      HUB,
      '{ purpose: images, host: "*.blob.core.windows.net" }',
      ...at("error", 0, 1),
    ),
    without(
      "warns of monitoring that does not arrive (R62, R69)",
      HUB,
      '{ purpose: monitoring, host: "*.in.applicationinsights.azure.com" }',
      ...at("warning", 0, 1),
    ),
    {
      what: "warns of the hosts of another way to Azure Monitor than the collector's (R62, R69)",
      example: HUB,
      edits: [["*.in.applicationinsights.azure.com", "*.ods.opinsights.azure.com"]],
      findings: at("warning", 0, 1),
    },
    {
      what: "takes the very address that Application Insights has for the fleet (R62)",
      example: HUB,
      edits: [['"*.in.applicationinsights.azure.com"', "westus2-2.in.applicationinsights.azure.com"]],
      findings: [],
    },
    without(
      "warns of an agent that does not reach its vault (R70)",
      HUB,
      "{ purpose: other, host: ratings-global-kv.vault.azure.net }",
      ...at("warning", 0, 1),
    ),
    without(
      "warns of an agent that does not reach where Azure signs it in for the vault (R70)",
      "ratings-three-sites",
      "{ purpose: other, host: management.azure.com }",
      ...at("warning", 0, 1, 2),
    ),
    {
      what: "warns of a Hub with AD FS whose agent signs in to Azure for the vault",
      example: HUB,
      edits: [
        ["      identity: azure-ad\n", "      identity: adfs\n"],
        ["          - { purpose: identity, host: login.microsoftonline.com }\n", ""],
      ],
      findings: at("warning", 0, 1),
    },
    without(
      "warns of an agent that does not reach the other names of its service (R133)",
      HUB,
      '{ purpose: pipelines, host: "*.dev.azure.com" }',
      ...at("warning", 0, 1),
    ),
    {
      what: "warns of a runner that does not reach GitHub Actions (R133)",
      example: HUB,
      edits: [["kind: azure-pipelines\n  repository", "kind: github-actions\n  repository"]],
      findings: at("warning", 0, 0, 0, 1, 1, 1),
    },
    without(
      "warns of nodes that get no updates (R68)",
      HUB,
      "{ purpose: node-updates, host: azure.archive.ubuntu.com, port: 80 }",
      ...at("warning", 0, 1),
    ),
    without(
      "warns of nobody signing in",
      HUB,
      "{ purpose: identity, host: login.microsoftonline.com }",
      ...at("warning", 0, 1),
    ),
    without(
      "warns of an agent that does not reach its server or repository, once as they are one",
      HUB,
      "{ purpose: pipelines, host: dev.azure.com }",
      ...at("warning", 0, 1),
    ),
    without(
      "does not mind a host that is listed for something else: a firewall sees hosts only (R61)",
      HUB,
      "{ purpose: charts, host: ratingscontoso.azurecr.io }",
    ),
    {
      what: "warns of charts elsewhere (R61)",
      example: HUB,
      edits: [["oci://ratingscontoso.azurecr.io/helm", "oci://charts.contoso.com/helm"]],
      findings: at("warning", 0, 1),
    },
    {
      what: "refuses an image from where nobody may go",
      example: "ratings-three-sites",
      edits: [["registry.bank.example/ratings-web", "quay.io/bank/ratings-web"]],
      findings: at("error", 0, 1, 2),
    },
    {
      what: "looks at the port as well",
      example: "ratings-disconnected",
      edits: [["  server: registry.enclave.example", "  server: registry.enclave.example:5000"]],
      findings: at("error", 0, 1),
    },
    without(
      "warns of a vault that agents do not reach (R70)",
      "ratings-disconnected",
      "{ purpose: other, host: vault.enclave.example }",
      ...at("warning", 0, 1),
    ),
    {
      what: "warns of a backup that cannot leave",
      example: "ratings-disconnected",
      edits: [
        [
          "    targets: [fort-east, fort-west]",
          "    targets: [fort-east, fort-west]\n    external: [{ name: store, kind: nfs, url: nfs://files.enclave.example/b }]",
        ],
      ],
      findings: at("warning", 0, 1),
    },
    {
      what: "lets a witness that may go nowhere need its controller's image only",
      example: "ratings",
      edits: [
        [
          "  platform: { kind: kubernetes }\n  addresses:",
          "  platform: { kind: kubernetes }\n  network: { egress: { allowed: none } }\n  addresses:",
        ],
      ],
      findings: ["error witness.network.egress.allowed"],
    },
    {
      what: "asks nothing where all may leave",
      example: HUB,
      edits: [["allowed: listed", "allowed: all"]],
      findings: [],
    },
    {
      what: "lets a wildcard cover the registry (R60)",
      example: HUB,
      edits: [
        [
          "          - { purpose: images, host: ratingscontoso.azurecr.io }\n",
          '          - { purpose: images, host: "*.azurecr.io" }\n',
        ],
      ] satisfies Edit[],
      findings: [],
    },
  ]);
});
