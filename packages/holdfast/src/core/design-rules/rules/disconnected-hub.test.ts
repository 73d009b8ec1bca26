import { describe, expect, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import { analyzeDesign } from "../analyze-design.ts";
import { testRule } from "../testing/test-rule.ts";
import { disconnectedHub } from "./disconnected-hub.ts";

const enclave = "ratings-disconnected";

describe("disconnected-hub (R7, R37, R55, R73, R111, R138)", () => {
  testRule(disconnectedHub, [
    {
      what: "refuses a public registry",
      example: enclave,
      edits: [["server: registry.enclave.example", "server: enclave.azurecr.io"]],
      findings: ["error registry.server"],
    },
    {
      what: "takes the Hub's own registry, whose name is below the Hub's",
      example: enclave,
      edits: [["server: registry.enclave.example", "server: ratings.azsacr.fort-west.enclave.example"]],
      findings: [],
    },
    {
      what: "refuses charts and images that come from the Internet, Docker Hub without a name too",
      example: enclave,
      edits: [
        ["charts: oci://registry.enclave.example/helm", "charts: oci://ghcr.io/enclave/helm"],
        ["image: registry.enclave.example/ratings-web:1.0.0", "image: contoso/ratings-web:1.0.0"],
      ],
      findings: ["error registry.charts", "error application.components[0].image"],
    },
    {
      what: "refuses Azure Monitor",
      example: enclave,
      edits: [["kind: prometheus", "kind: azure-monitor"]],
      findings: ["error monitoring.kind"],
    },
    {
      what: "refuses any monitoring in a public cloud",
      example: enclave,
      edits: [["kind: prometheus", "kind: prometheus\n  hosting: public-cloud"]],
      findings: ["error monitoring.hosting"],
    },
    {
      what: "refuses Let's Encrypt, by its name and by its server",
      example: enclave,
      edits: [["issuer: enclave-ca, solver: { kind: private-ca, secret: enclave-ca }", "issuer: letsencrypt"]],
      findings: ["error traffic.tls.issuer"],
    },
    {
      what: "refuses a public repository",
      example: enclave,
      edits: [["url: https://devops.enclave.example/defence", "url: https://dev.azure.com/defence"]],
      findings: ["error delivery.repository.url"],
    },
    {
      what: "refuses a backup target in a public cloud",
      example: enclave,
      edits: [
        [
          "    targets: [fort-east, fort-west]",
          "    targets: [fort-east, fort-west]\n    external: [{ name: away, kind: s3, url: https://s3.example, hosting: public-cloud }]",
        ],
      ],
      findings: ["error backups[0].external[0]"],
    },
    {
      what: "refuses whatever the Internet is to reach",
      example: enclave,
      edits: [
        [
          "internet: { application: false, kubernetesApi: false, management: false }",
          "internet: { application: true, kubernetesApi: true, management: true }",
        ],
      ],
      findings: ["application", "kubernetesApi", "management"].map((key) => `error sites[0].network.internet.${key}`),
    },
    {
      what: "refuses Traffic Manager where one of two Hubs is disconnected",
      example: "ratings-azure-stack-hub",
      edits: [
        ["identity: azure-ad\n      connectivity: connected", "identity: adfs\n      connectivity: disconnected"],
        ["internet: { application: true", "internet: { application: false"],
      ],
      findings: [
        "error registry.server",
        "error registry.charts",
        "error application.components[0].image",
        "error application.components[1].image",
        "error traffic.provider",
        "error traffic.tls.solver",
        "error monitoring.kind",
        "error delivery.repository.url",
      ],
    },
    {
      what: "says nothing of connected Hubs",
      example: "ratings-azure-stack-hub",
      edits: [["kind: azure-monitor", "kind: prometheus"]],
      findings: [],
    },
  ]);

  it("names what it is about", () => {
    const text = exampleText(enclave, [["server: registry.enclave.example", "server: enclave.azurecr.io"]]);
    const parsed = unwrap(parseFleetDocument(text, "holdfast.yaml"));
    const [finding] = analyzeDesign(parsed, { today: "2027-01-01", rules: [disconnectedHub] });
    expect(finding?.message).toBe(
      "the registry, enclave.azurecr.io, is on the Internet, and fort-west and 1 more are disconnected",
    );
  });
});
