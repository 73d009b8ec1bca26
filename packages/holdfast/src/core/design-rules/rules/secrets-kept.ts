import type { DesignRule } from "../rule.ts";

export const secretsKept: DesignRule = {
  id: "secrets-kept",
  severity: "error",
  requirements: ["R94", "R120", "R121", "R122"],
  asks: "Secrets are kept where the file says: in a vault that it names, reached by HTTPS, or in the clusters.",
  why: "Deployments fetch them when they run. A vault without a name cannot be asked, and over HTTP everybody on the way reads the answer.",
  example: {
    broken: "secrets: { kind: hashicorp-vault, vault: http://vault.enclave.example }",
    fixed: "secrets: { kind: hashicorp-vault, vault: https://vault.enclave.example }",
  },
  *check({ access: { secrets }, application }) {
    const path = ["access", "secrets"];
    const { kind, vault } = secrets;
    if (kind !== "kubernetes" && vault === undefined) {
      yield {
        path: [...path, "vault"],
        message: `secrets are in ${kind === "azure-key-vault" ? "Azure Key Vault" : "HashiCorp Vault"}, and the file does not say in which`,
        hint: kind === "azure-key-vault" ? "Add vault: with its name." : "Add vault: https://...",
      };
    }
    if (kind === "azure-key-vault" && vault !== undefined && !KEY_VAULT.test(vault)) {
      yield {
        path: [...path, "vault"],
        message: `${vault} cannot be the name of a Key Vault: 3 to 24 letters, digits and hyphens`,
        hint: "Give its name only, or its whole address.",
      };
    }
    if (kind === "hashicorp-vault" && vault?.startsWith("http://") === true) {
      yield {
        path: [...path, "vault"],
        message: "secrets would cross the network in plain text",
        hint: "Use https://",
      };
    }
    if (kind === "kubernetes" && vault !== undefined) {
      yield {
        path: [...path, "vault"],
        severity: "warning",
        message: "a vault is named, and secrets are said to be in the clusters only",
        hint: "Say which: kind: azure-key-vault or kind: hashicorp-vault",
      };
    }
    for (const [index, { name, args }] of application.components.entries()) {
      const position = args.findIndex((argument) => SECRET_ARGUMENT.test(argument));
      if (position < 0) continue;
      yield {
        path: ["application", "components", index, "args", position],
        message: `${name} gets what looks like a secret as an argument, which every list of processes shows`,
        hint: "Give it by an environment variable under `secrets`.",
      };
    }
  },
};

const KEY_VAULT = /^(?:https:\/\/.+|\/subscriptions\/.+|[A-Za-z0-9-]{3,24})$/;
const SECRET_ARGUMENT = /^--?(?:[a-z0-9-]+-)?(?:password|passwd|secret|token|api-?key)=(?!\$\(|\/)./i;
