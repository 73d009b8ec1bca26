#!/usr/bin/env bash
# Copies what the templates of fort-west read from HashiCorp Vault at https://vault.enclave.example into the Hub's own vault ratings-west-kv.
# Run it signed in to both: this shell's az to where the secrets are, and HUB_AZURE_CONFIG_DIR names the configuration of an az
# that is signed in to the Hub as an administrator of that vault.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need mktemp az vault

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

export VAULT_ADDR="${VAULT_ADDR:-https://vault.enclave.example}"
MOUNT="${VAULT_MOUNT:-secret}"

# With an AppRole in the environment the pipeline logs in by itself; the token lives as long as this script.
if [ -z "${VAULT_TOKEN:-}" ] && [ -n "${VAULT_ROLE_ID:-}" ]; then
  VAULT_TOKEN="$(printf '%s' "$VAULT_SECRET_ID" | vault write -field=token auth/approle/login role_id="$VAULT_ROLE_ID" secret_id=-)"
  export VAULT_TOKEN
fi

fetch() { # fetch PATH#FIELD FILE
  vault kv get -mount="$MOUNT" -field="${1##*#}" "${1%#*}" > "$2"
}

put() { # put PATH#FIELD FILE: the other fields stay
  vault kv patch -mount="$MOUNT" "${1%#*}" "${1##*#}=@$2" > /dev/null 2>&1 ||
    vault kv put -mount="$MOUNT" -cas=0 "${1%#*}" "${1##*#}=@$2" > /dev/null
}

present() { # present PATH#FIELD
  if fetch "$1" "$work/value" 2> "$work/trouble"; then return 0; fi
  grep -q -e 'No value found' -e 'not present in secret' "$work/trouble" || refuse "cannot look for $1: $(< "$work/trouble")"
  return 1
}

: "${HUB_AZURE_CONFIG_DIR:?name the folder of the az configuration that is signed in to the Hub}"

copy() { # copy REFERENCE NAME
  fetch "$1" "$work/value" || refuse "there is no $1"
  AZURE_CONFIG_DIR="$HUB_AZURE_CONFIG_DIR" az keyvault secret set --vault-name ratings-west-kv --name "$2" \
    --file "$work/value" --encoding utf-8 --output none
  say "copied $2"
}

copy 'holdfast/ratings-enclave/fleet/vpn-fort-east-fort-west#shared-key' vpn-fort-east-fort-west
copy 'holdfast/ratings-enclave/fleet/vpn-fort-west-operations#shared-key' vpn-fort-west-operations
