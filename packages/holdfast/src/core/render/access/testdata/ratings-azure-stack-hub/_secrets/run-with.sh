#!/usr/bin/env bash
# run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS...
# Runs a command with values from Azure Key Vault ratings-global-kv in its environment, and nowhere else.
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

values=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  fetch "${1#*=}" "$work/value" || refuse "there is no value for ${1%%=*}: ${1#*=}"
  values+=("${1%%=*}" "$(< "$work/value")")
  shift
done
[ "$#" -gt 1 ] || refuse "usage: run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS..."
shift
# Only now, so that a value never changes how the next one is fetched.
for ((index = 0; index < ${#values[@]}; index += 2)); do export "${values[index]}=${values[index + 1]}"; done
rm -rf "$work"
exec "$@"
