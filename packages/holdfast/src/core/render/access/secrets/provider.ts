import type { Fleet } from "../../../spec/index.ts";
import { shellQuote } from "../../formats/index.ts";
import { keyVaultName, variableName, vaultPath } from "./secret-plan.ts";
import type { StoredValue } from "./secret-plan.ts";

/** What keeps the secrets, as the scripts use it. */
export interface Provider {
  readonly title: string;
  /** Whether scripts can put values there; the pipeline's own variables are filled by people alone. */
  readonly writable: boolean;
  /** How people find a value. */
  where(value: StoredValue): string;
  /** What `fetch` and `put` of `shell` take: one shell word. */
  reference(value: StoredValue): string;
  readonly tools: readonly string[];
  /**
   * Shell functions: `fetch REFERENCE FILE` (fails where there is none) and, where writable, `put REFERENCE FILE` and `present
   * REFERENCE`, which ends the script where it cannot know: a password must not be replaced because a network was down.
   */
  readonly shell: string;
}

export function providerOf(fleet: Fleet): Provider {
  const { kind, vault = "" } = fleet.access.secrets;
  switch (kind) {
    case "azure-key-vault":
      return keyVault(vault);
    case "hashicorp-vault":
      return hashicorpVault(fleet, vault);
    case "kubernetes":
      return pipelineVariables;
  }
}

function keyVault(vault: string): Provider {
  return {
    title: `Azure Key Vault \`${vault}\``,
    writable: true,
    where: keyVaultName,
    reference: keyVaultName,
    tools: ["az"],
    shell: `VAULT=${shellQuote(vault)}

# Sign in before: az login, with an identity that may get secrets (and set them, where a script puts some there).
fetch() { # fetch REFERENCE FILE
  rm -f "$2"
  az keyvault secret download --vault-name "$VAULT" --name "$1" --file "$2" --encoding utf-8 --output none
}

put() { # put REFERENCE FILE
  az keyvault secret set --vault-name "$VAULT" --name "$1" --file "$2" --encoding utf-8 --output none
}

present() { # present REFERENCE
  if [ ! -e "$work/names" ]; then
    az keyvault secret list --vault-name "$VAULT" --query '[].name' --output tsv > "$work/names" || refuse "cannot look into $VAULT"
  fi
  grep -qixF -e "$1" "$work/names"
}
`,
  };
}

const MOUNT = "secret";

function hashicorpVault(fleet: Fleet, address: string): Provider {
  const reference = (value: StoredValue) => `${vaultPath(fleet, value)}#${value.key}`;
  return {
    title: `HashiCorp Vault at ${address}`,
    writable: true,
    where: (value) => `${MOUNT}/${vaultPath(fleet, value)}, field ${value.key}`,
    reference,
    tools: ["vault"],
    shell: `export VAULT_ADDR="\${VAULT_ADDR:-${address}}"
MOUNT="\${VAULT_MOUNT:-${MOUNT}}"

# With an AppRole in the environment the pipeline logs in by itself; the token lives as long as this script.
if [ -z "\${VAULT_TOKEN:-}" ] && [ -n "\${VAULT_ROLE_ID:-}" ]; then
  VAULT_TOKEN="$(printf '%s' "$VAULT_SECRET_ID" | vault write -field=token auth/approle/login role_id="$VAULT_ROLE_ID" secret_id=-)"
  export VAULT_TOKEN
fi

fetch() { # fetch PATH#FIELD FILE
  vault kv get -mount="$MOUNT" -field="\${1##*#}" "\${1%#*}" > "$2"
}

put() { # put PATH#FIELD FILE: the other fields stay
  vault kv patch -mount="$MOUNT" "\${1%#*}" "\${1##*#}=@$2" > /dev/null 2>&1 ||
    vault kv put -mount="$MOUNT" -cas=0 "\${1%#*}" "\${1##*#}=@$2" > /dev/null
}

present() { # present PATH#FIELD
  if fetch "$1" "$work/value" 2> "$work/trouble"; then return 0; fi
  grep -q -e 'No value found' -e 'not present in secret' "$work/trouble" || refuse "cannot look for $1: $(< "$work/trouble")"
  return 1
}
`,
  };
}

const pipelineVariables: Provider = {
  title: "secret variables of the pipeline (or of your shell)",
  writable: false,
  where: variableName,
  reference: variableName,
  tools: [],
  shell: `fetch() { # fetch VARIABLE FILE
  [ -n "\${!1:-}" ] || return 1
  printf '%s' "\${!1}" > "$2"
}
`,
};
