#!/usr/bin/env bash
# run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS...
# Runs a command with values from HashiCorp Vault at https://vault.enclave.example in its environment, and nowhere else.
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
need mktemp vault

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
