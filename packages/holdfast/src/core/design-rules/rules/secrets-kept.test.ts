import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { secretsKept } from "./secrets-kept.ts";

const kept = (secrets: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} ${secrets}`,
  example: "ratings-azure-stack-hub",
  edits: [["{ kind: azure-key-vault, vault: ratings-global-kv }", secrets]],
  findings,
});
const argument = (text: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} the argument ${text}`,
  example: "ratings",
  edits: [["replicas: 2", `replicas: 2\n      args: ["serve", "${text}"]`]],
  findings,
});

describe("secrets-kept (R94, R120, R121, R122)", () => {
  testRule(secretsKept, [
    kept("{ kind: azure-key-vault }", "error access.secrets.vault"),
    kept("{ kind: hashicorp-vault }", "error access.secrets.vault"),
    kept("{ kind: azure-key-vault, vault: kv }", "error access.secrets.vault"),
    kept("{ kind: azure-key-vault, vault: kv1 }"),
    kept("{ kind: hashicorp-vault, vault: http://vault.contoso.com }", "error access.secrets.vault"),
    kept("{ kind: hashicorp-vault, vault: https://vault.contoso.com }"),
    kept("{ kind: kubernetes, vault: kv1 }", "warning access.secrets.vault"),
    kept("{ kind: kubernetes }"),
    argument("--session-token=hunter2", "error application.components[0].args[1]"),
    argument("--token=$(TOKEN)"),
    argument("--token-file=/run/token"),
  ]);
});
