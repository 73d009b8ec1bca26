#!/usr/bin/env bash
# Copies what the templates of seattle read from Azure Key Vault ratings-global-kv into the Hub's own vault ratings-seattle-kv.
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
need mktemp az

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

VAULT=ratings-global-kv

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

: "${HUB_AZURE_CONFIG_DIR:?name the folder of the az configuration that is signed in to the Hub}"

copy() { # copy REFERENCE NAME
  fetch "$1" "$work/value" || refuse "there is no $1"
  AZURE_CONFIG_DIR="$HUB_AZURE_CONFIG_DIR" az keyvault secret set --vault-name ratings-seattle-kv --name "$2" \
    --file "$work/value" --encoding utf-8 --output none
  say "copied $2"
}

copy seattle--hub--client-secret aks-engine
copy fleet--vpn-orlando-seattle--shared-key vpn-orlando-seattle
copy fleet--vpn-azure-central-seattle--shared-key vpn-azure-central-seattle
