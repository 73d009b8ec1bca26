import type { Fleet, SiteName } from "../../../spec/index.ts";
import { prettyJson, shellQuote, toYaml } from "../../formats/index.ts";
import type { RequiredSecret, SecretKey } from "../../kubernetes/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { loginOf, storedIn, vaultPath } from "./secret-plan.ts";
import type { StoredValue } from "./secret-plan.ts";

/** As whom the External Secrets Operator comes to Vault from a site's cluster. */
const ACCOUNT = "holdfast-secrets";

/** What HashiCorp Vault is told once: who may read which paths, and how the pipeline and the clusters log in. */
export function vaultFiles(fleet: Fleet, sites: readonly SiteName[]): readonly RenderedFile[] {
  const root = `holdfast/${fleet.name}`;
  return [
    {
      path: "policies/pipeline.hcl",
      content: [
        "# The pipeline: reads what it deploys, and puts back the logins that it makes itself.",
        rule(`secret/data/${root}/*`, ["read"]),
        ...sites.flatMap((site) =>
          ["admin", "deployer", "gateway", "voter-login"].map((name) =>
            rule(`secret/data/${root}/${site}/${name}`, ["create", "read", "update", "patch"]),
          ),
        ),
      ].join("\n"),
    },
    {
      path: "policies/administrator.hcl",
      content: [
        "# Whoever fills the vault. The pipeline cannot: it does not decide what a password is.",
        rule(`secret/data/${root}/*`, ["create", "read", "update", "patch", "delete"]),
        rule(`secret/metadata/${root}/*`, ["read", "list", "delete"]),
      ].join("\n"),
    },
    { path: "set-up-vault.sh", content: setUpScript(fleet, sites), executable: true },
  ];
}

function rule(path: string, capabilities: readonly string[]): string {
  return `path ${JSON.stringify(path)} {\n  capabilities = ${JSON.stringify(capabilities)}\n}\n`;
}

function setUpScript(fleet: Fleet, sites: readonly SiteName[]): string {
  const name = (what: string) => shellQuote(`holdfast-${fleet.name}-${what}`);
  return `#!/usr/bin/env bash
# Tells HashiCorp Vault who may read what. Log in before, as someone who may write policies. Safe to run again.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
here="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"

vault policy write ${name("pipeline")} "$here/policies/pipeline.hcl"
vault policy write ${name("administrator")} "$here/policies/administrator.hcl"
# The pipeline's tokens are good for one stage. Its role id and a secret id go into the pipeline's own secret variables
# VAULT_ROLE_ID and VAULT_SECRET_ID:
#   vault read auth/approle/role/holdfast-${fleet.name}-pipeline/role-id
#   vault write -force auth/approle/role/holdfast-${fleet.name}-pipeline/secret-id
vault auth list -format=json | grep -q '"approle/"' || vault auth enable approle
vault write auth/approle/role/${name("pipeline")} token_policies=${name("pipeline")} token_ttl=2h token_max_ttl=4h secret_id_num_uses=0

# One login method a cluster, so that a token of one site opens nothing of another. Set each up once with the cluster's address
# and certificate: vault write auth/kubernetes-SITE/config kubernetes_host=... kubernetes_ca_cert=@ca.crt
for site in ${sites.map(shellQuote).join(" ")}; do
  vault policy write "holdfast-${fleet.name}-$site" "$root/$site/vault/policy.hcl"
  vault auth list -format=json | grep -q "\\"kubernetes-$site/\\"" || vault auth enable -path="kubernetes-$site" kubernetes
  vault write "auth/kubernetes-$site/role/holdfast-${fleet.name}" - < "$root/$site/vault/role.json"
done
`;
}

interface VaultSite {
  readonly fleet: Fleet;
  readonly site: SiteName;
  readonly secrets: readonly RequiredSecret[];
}

/** For clusters that fetch by themselves, with the External Secrets Operator instead of fill-secrets.sh. */
export function vaultSiteFiles({ fleet, site, secrets }: VaultSite): readonly RenderedFile[] {
  const namespaces = [...new Set(secrets.map(({ namespace }) => namespace))];
  const paths = new Set(
    secrets.flatMap((secret) =>
      secret.keys.flatMap((key) => remoteOf(secret, key, site).map((value) => vaultPath(fleet, value))),
    ),
  );
  return [
    {
      path: "vault/policy.hcl",
      content: [
        `# The cluster of ${site}: the values of its own Secrets, and nothing else.`,
        ...[...paths].map((path) => rule(`secret/data/${path}`, ["read"])),
      ].join("\n"),
    },
    {
      path: "vault/role.json",
      content: prettyJson({
        bound_service_account_names: [ACCOUNT],
        bound_service_account_namespaces: namespaces,
        audience: "vault",
        token_policies: [`holdfast-${fleet.name}-${site}`],
        token_ttl: "1h",
      }),
    },
    {
      path: "vault/external-secrets.yaml",
      content: `# In place of fill-secrets.sh, where the External Secrets Operator runs: the cluster then follows the vault by itself.\n${[
        ...namespaces.flatMap((namespace) => storeOf(fleet, site, namespace)),
        ...secrets.map((secret) => externalSecret({ fleet, site, secrets }, secret)),
      ]
        .map(toYaml)
        .join("---\n")}`,
    },
  ];
}

function storeOf(fleet: Fleet, site: SiteName, namespace: string): readonly unknown[] {
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: ACCOUNT, namespace },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: "vault", namespace },
      spec: {
        provider: {
          vault: {
            server: fleet.access.secrets.vault,
            path: "secret",
            version: "v2",
            auth: {
              kubernetes: {
                mountPath: `kubernetes-${site}`,
                role: `holdfast-${fleet.name}`,
                serviceAccountRef: { name: ACCOUNT, audiences: ["vault"] },
              },
            },
          },
        },
      },
    },
  ];
}

/** Kept in the vault, so: neither fixed nor made of others. */
function remoteOf(secret: RequiredSecret, key: SecretKey, site: SiteName): readonly StoredValue[] {
  switch (key.source.kind) {
    case "random":
    case "given":
      return [storedIn(secret, key, site)];
    case "peer-kubeconfig":
      return [loginOf(key.source.voter)];
    case "fixed":
    case "template":
      return [];
  }
}

function externalSecret({ fleet, site }: VaultSite, secret: RequiredSecret): unknown {
  const { namespace, name, type, keys } = secret;
  // In the operator's templates a value goes by a name that is an identifier.
  const variable = (key: string) => key.replaceAll(/[^A-Za-z0-9]+/g, "_");
  const remote = keys.flatMap((key) =>
    remoteOf(secret, key, site).map((value) => ({
      secretKey: variable(key.key),
      remoteRef: { key: vaultPath(fleet, value), property: value.key },
    })),
  );
  const fixed = new Map(
    keys.flatMap(({ key, source }) => (source.kind === "fixed" ? [[key, source.value] as const] : [])),
  );
  const shown = (key: string) => fixed.get(key) ?? `{{ .${variable(key)} }}`;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "SecretStore", name: "vault" },
      target: {
        name,
        creationPolicy: "Owner",
        template: {
          engineVersion: "v2",
          type,
          data: Object.fromEntries(
            keys.map(({ key, source }) => [
              key,
              source.kind === "template"
                ? source.template.replaceAll(/\{([^{}]+)\}/g, (_, other: string) => shown(other))
                : shown(key),
            ]),
          ),
        },
      },
      data: remote,
    },
  };
}
