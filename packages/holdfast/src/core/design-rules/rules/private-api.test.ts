import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { privateApi } from "./private-api.ts";

const api = (address: string) => [["kubernetesApi: 10.100.1.239:443", `kubernetesApi: ${address}`]] as const;
const refused = ["error sites[0].addresses.peering.kubernetesApi"];
const hub = "ratings-azure-stack-hub";

describe("private-api (R22, R66, R67, R135)", () => {
  testRule(privateApi, [
    {
      what: "refuses the address before the internal load balancer's",
      example: hub,
      edits: api("10.100.1.238:443"),
      findings: refused,
    },
    {
      what: "counts from the first control-plane address",
      example: hub,
      edits: [
        ["firstControlPlaneAddress: 10.100.1.229", "firstControlPlaneAddress: 10.100.1.224"],
        ...api("10.100.1.234:443"),
      ],
      findings: [],
    },
    { what: "refuses another port", example: hub, edits: api("10.100.1.239:6443"), findings: refused },
    { what: "knows that no port means 6443", example: hub, edits: api("10.100.1.239"), findings: refused },
    {
      what: "refuses the public name of a private API",
      example: hub,
      edits: api("ratings.seattle.cloudapp.azurestack.contoso.com:443"),
      findings: refused,
    },
    { what: "refuses a public address", example: hub, edits: api("198.51.100.7:443"), findings: refused },
    { what: "leaves a private name to DNS", example: hub, edits: api("api.seattle.contoso.com:443"), findings: [] },
    {
      what: "takes the public name where the API is public",
      example: hub,
      edits: [
        ...api("ratings.seattle.cloudapp.azurestack.contoso.com:443"),
        ["kubernetesApi: false", "kubernetesApi: true"],
      ],
      findings: [],
    },
    {
      what: "finds a single control-plane node at its own address",
      example: hub,
      edits: [["controlPlane: { count: 3", "controlPlane: { count: 1"], ...api("10.100.1.229:443")],
      findings: ["error sites[1].addresses.peering.kubernetesApi"],
    },
  ]);
});
