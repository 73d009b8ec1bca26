import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { ownNamespace } from "./own-namespace.ts";

const inNamespace = (namespace: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "warns of"} ${namespace}`,
  example: "ratings-azure-stack-hub",
  edits: [["namespace: ratingsapp", `namespace: ${namespace}`]],
  findings,
});

describe("own-namespace (R13)", () => {
  testRule(ownNamespace, [
    inNamespace("default", "warning application.namespace"),
    inNamespace("kube-system", "warning application.namespace"),
    inNamespace("holdfast-system", "warning application.namespace"),
    inNamespace("kubeapp"),
    inNamespace("defaults"),
  ]);
});
