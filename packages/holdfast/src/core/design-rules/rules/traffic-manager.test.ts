import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { trafficManager } from "./traffic-manager.ts";

describe("traffic-manager (R31, R32, R59)", () => {
  testRule(trafficManager, [
    {
      what: "refuses a private address",
      example: "ratings-azure-stack-hub",
      edits: [["ingress: ratings.seattle.cloudapp.azurestack.contoso.com", "ingress: 10.100.1.100"]],
      findings: ["error sites[0].addresses.ingress"],
    },
    {
      what: "refuses a site that the Internet does not reach",
      example: "ratings-azure-stack-hub",
      edits: [["application: true, kubernetesApi: false", "application: false, kubernetesApi: false"]],
      findings: ["error sites[0].network.internet.application"],
    },
    {
      what: "refuses a site without a region when distance steers (R105)",
      example: "ratings-azure-stack-hub",
      edits: [["country: US, azureRegion: westus2", "country: US"]],
      findings: ["error sites[0].location"],
    },
    {
      what: "refuses probe settings that it does not offer",
      example: "ratings-azure-stack-hub",
      edits: [["interval: 10s, timeout: 5s", "interval: 10s, timeout: 10s"]],
      findings: ["error traffic.probe.timeout"],
    },
    {
      what: "refuses an interval that it does not offer",
      example: "ratings-azure-stack-hub",
      edits: [["interval: 10s, timeout: 5s", "interval: 5s, timeout: 5s"]],
      findings: ["error traffic.probe.interval"],
    },
    ...[
      {
        policy: "{ kind: geographic, regions: { seattle: [US] }, world: orlando }",
        findings: ["warning traffic.policy"],
      },
      {
        policy:
          "{ kind: nested, by: geographic, children: [{ name: all, regions: [WORLD], policy: { kind: performance } }] }",
        findings: [],
      },
      {
        policy:
          "{ kind: nested, by: weighted, children: [{ name: a, policy: { kind: priority, order: [seattle] } }, { name: b, weight: 0, policy: { kind: priority, order: [orlando] } }] }",
        findings: ["error traffic.policy.children[1].weight"],
      },
      {
        policy: "{ kind: multi-value }",
        findings: ["error sites[0].addresses.ingress", "error sites[1].addresses.ingress"],
      },
    ].map(({ policy, findings }) => ({
      what: `${findings.length === 0 ? "takes" : "objects to"} ${policy}`,
      example: "ratings-azure-stack-hub" as const,
      edits: [["policy: { kind: performance }", `policy: ${policy}`] as const],
      findings,
    })),
    {
      what: "takes several addresses in an answer where they are addresses",
      example: "ratings-azure-stack-hub",
      edits: [
        ["policy: { kind: performance }", "policy: { kind: multi-value }"],
        ["ingress: ratings.seattle.cloudapp.azurestack.contoso.com", "ingress: 192.0.2.1"],
        ["ingress: ratings.orlando.cloudapp.azurestack.contoso.com", "ingress: 192.0.2.2"],
      ],
      findings: [],
    },
    {
      what: "refuses one address for two sites",
      example: "ratings-azure-stack-hub",
      edits: [
        ["ingress: ratings.seattle.cloudapp.azurestack.contoso.com", "ingress: 192.0.2.1"],
        ["ingress: ratings.orlando.cloudapp.azurestack.contoso.com", "ingress: 192.0.2.1"],
      ],
      findings: ["error sites[1].addresses.ingress"],
    },
    {
      what: "takes the longest timeout of each interval",
      example: "ratings-azure-stack-hub",
      edits: [["interval: 10s, timeout: 5s", "interval: 30s, timeout: 10s"]],
      findings: [],
    },
    {
      what: "refuses eleven failures",
      example: "ratings-azure-stack-hub",
      edits: [["fall: 3, rise: 1", "fall: 11, rise: 1"]],
      findings: ["error traffic.probe.fall"],
    },
    {
      what: "takes ten failures",
      example: "ratings-azure-stack-hub",
      edits: [["fall: 3, rise: 1", "fall: 10, rise: 1"]],
      findings: [],
    },
    {
      what: "says what it does not offer",
      example: "ratings-azure-stack-hub",
      edits: [["fall: 3, rise: 1 }", "fall: 3, rise: 2 }\n  whenAllDown: answer-none"]],
      findings: ["advice traffic.probe.rise", "advice traffic.whenAllDown"],
    },
  ]);
});
