import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { nodeLabels } from "./node-labels.ts";

const labelled = (key: string, value: string) =>
  [["vmSize: Standard_D4_v2 }", `vmSize: Standard_D4_v2, labels: { "${key}": "${value}" } }`]] as const;
const refused = (key: string) => [0, 1].map((site) => `error sites[${site}].cluster.workerPools[0].labels${key}`);
const hub = "ratings-azure-stack-hub";
const long = "a".repeat(63);

describe("node-labels (R20, R43)", () => {
  testRule(nodeLabels, [
    {
      what: "refuses a key with other characters",
      example: hub,
      edits: labelled("bad key!", "x"),
      findings: refused('["bad key!"]'),
    },
    {
      what: "refuses a key of 64 characters",
      example: hub,
      edits: labelled(`${long}a`, "x"),
      findings: refused(`.${long}a`),
    },
    { what: "takes one of 63, with a value of 63", example: hub, edits: labelled(long, long), findings: [] },
    {
      what: "refuses a value that ends with a dot",
      example: hub,
      edits: labelled("disk", "ssd."),
      findings: refused(".disk"),
    },
    { what: "takes an empty value", example: hub, edits: labelled("contoso.com/disk", ""), findings: [] },
    {
      what: "refuses what Kubernetes keeps to itself",
      example: hub,
      edits: labelled("node-role.kubernetes.io/worker", "x"),
      findings: refused('["node-role.kubernetes.io/worker"]'),
    },
    {
      what: "takes what a node may set",
      example: hub,
      edits: labelled("node.kubernetes.io/disk", "ssd"),
      findings: [],
    },
  ]);
});
