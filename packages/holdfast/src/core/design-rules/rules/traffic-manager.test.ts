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
  ]);
});
