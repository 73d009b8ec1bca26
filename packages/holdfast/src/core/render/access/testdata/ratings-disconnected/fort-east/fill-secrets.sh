#!/usr/bin/env bash
# Makes the Secrets that the manifests of fort-east refer to, from HashiCorp Vault at https://vault.enclave.example.
# The current kubectl context is that cluster's, as the deployer: it may write these Secrets, and read none of them.
# Safe to run again: what is the same stays. Exit codes: 0 done; 1 a tool failed; 2 refused, or a value is missing.
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
need mktemp kubectl vault

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

missing=0

# A Secret is begun, gets its keys, and is written when it has them all.
begin() { rm -rf "$work/secret"; mkdir "$work/secret"; complete=yes; }

stored() { # stored KEY REFERENCE
  fetch "$2" "$work/secret/$1" 2> "$work/trouble" || {
    say "missing: $2, for the key $1"
    sed 's/^/  /' "$work/trouble" >&2
    complete=no
    missing=$((missing + 1))
  }
}

fixed() { printf '%s' "$2" > "$work/secret/$1"; } # fixed KEY VALUE

made_of() { # made_of KEY TEMPLATE: {other-key} stands for another key; what is put in is not looked at again
  local rest="$2" text="" key
  [ "$complete" = yes ] || return 0
  while [[ "$rest" == *"{"*"}"* ]]; do
    text+="${rest%%"{"*}"
    rest="${rest#*"{"}"
    key="${rest%%"}"*}"
    rest="${rest#*"}"}"
    text+="$(< "$work/secret/$key")"
  done
  printf '%s' "$text$rest" > "$work/secret/$1"
}

write() { # write NAMESPACE NAME TYPE
  local key
  local from=()
  [ "$complete" = yes ] || return 0
  for key in "$work/secret"/.[!.]* "$work/secret"/*; do
    [ ! -e "$key" ] || from+=("--from-file=${key##*/}=$key")
  done
  kubectl create secret generic "$2" --namespace "$1" --type "$3" "${from[@]}" --dry-run=client --output yaml |
    kubectl apply --server-side --field-manager holdfast-secrets --force-conflicts --filename -
}

begin
stored .dockerconfigjson 'holdfast/ratings-enclave/fort-east/registry-pull#.dockerconfigjson'
write holdfast-system registry-pull kubernetes.io/dockerconfigjson

begin
stored password 'holdfast/ratings-enclave/fleet/ratings-mongodb-app#password'
fixed username ratingsdb
made_of uri 'mongodb://{username}:{password}@10.100.1.101:27017,10.100.1.101:27018,10.101.1.101:27017,10.101.1.101:27018/ratingsdb?replicaSet=rs0&authSource=ratingsdb&tls=true&tlsCAFile=/etc/holdfast/ratings-mongodb/ca.crt'
write ratingsapp ratings-mongodb-app Opaque

begin
stored password 'holdfast/ratings-enclave/fleet/ratings-mongodb-system#password'
fixed username holdfast-admin
write ratingsapp ratings-mongodb-system Opaque

begin
stored ca.crt 'holdfast/ratings-enclave/fort-east/ratings-mongodb-tls#ca.crt'
stored tls-combined.pem 'holdfast/ratings-enclave/fort-east/ratings-mongodb-tls#tls-combined.pem'
write ratingsapp ratings-mongodb-tls Opaque

begin
stored .dockerconfigjson 'holdfast/ratings-enclave/fort-east/registry-pull#.dockerconfigjson'
write ratingsapp registry-pull kubernetes.io/dockerconfigjson

[ "$missing" -eq 0 ] || refuse "$missing values are missing; nothing of their Secrets was written"
