import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { proxyBypass } from "./proxy-bypass.ts";

const proxy = (noProxy: string, allowed = "listed", https = "https: http://proxy.contoso.com:3128, ") =>
  [
    [
      "egress: &egress\n        allowed: listed\n",
      `egress: &egress\n        allowed: ${allowed}\n        proxy: { http: http://proxy.contoso.com:3128, ${https}noProxy: [${noProxy}] }\n`,
    ],
  ] as const;
const both = (severity: string, path: string) =>
  [0, 1].map((site) => `${severity} sites[${site}].network.egress.${path}`);
/** Seattle's peers know its API by a name. */
const byName = ["kubernetesApi: 10.100.1.239:443", "kubernetesApi: api.seattle.contoso.com:443"] as const;
const orlando = ["error sites[1].network.egress.proxy.noProxy"];
const hub = "ratings-azure-stack-hub";

describe("proxy-bypass (R63, R64)", () => {
  testRule(proxyBypass, [
    {
      what: "takes a proxy: address spaces of linked sites go past it anyway",
      example: hub,
      edits: proxy(""),
      findings: [],
    },
    {
      what: "refuses one that a linked site's name would go to",
      example: hub,
      edits: [...proxy(""), byName],
      findings: orlando,
    },
    {
      what: "takes it when the name is excepted",
      example: hub,
      edits: [...proxy("api.seattle.contoso.com"), byName],
      findings: [],
    },
    { what: "takes it when its domain is", example: hub, edits: [...proxy(".contoso.com"), byName], findings: [] },
    {
      what: "is not deceived by a part of the name",
      example: hub,
      edits: [...proxy("seattle.contoso"), byName],
      findings: orlando,
    },
    {
      what: "refuses one that addresses outside a linked site's spaces would go to",
      example: hub,
      edits: [...proxy(""), ["addressSpaces: [10.102.0.0/16]", "addressSpaces: []"]],
      findings: both("error", "proxy.noProxy"),
    },
    {
      what: "takes it when all of them are excepted",
      example: hub,
      edits: [...proxy("10.102.1.10/31"), ["addressSpaces: [10.102.0.0/16]", "addressSpaces: []"]],
      findings: [],
    },
    {
      what: "expects every range in the file where somebody else sets the nodes up",
      example: "ratings",
      edits: [
        [
          "    platform: { kind: kubernetes }\n",
          "    platform: { kind: kubernetes }\n    network: { egress: { proxy: { https: http://proxy.example:3128, noProxy: [10.20.0.0/16] } } }\n",
        ],
      ],
      findings: ["error sites[0].network.egress.proxy.noProxy"],
    },
    {
      what: "warns of a proxy for HTTP only",
      example: hub,
      edits: proxy("", "listed", ""),
      findings: both("warning", "proxy"),
    },
    {
      what: "warns where nothing goes to it",
      example: hub,
      edits: proxy('"*"'),
      findings: both("warning", "proxy.noProxy"),
    },
    {
      what: "warns of a proxy where nothing may leave",
      example: hub,
      edits: proxy("", "none"),
      findings: both("warning", "allowed"),
    },
  ]);
});
