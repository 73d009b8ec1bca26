#!/usr/bin/env bash
# Makes the Secrets that the manifests of seattle refer to, from Azure Key Vault ratings-global-kv.
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
need mktemp kubectl az

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
stored password fleet--ratings-mongodb-app--password
fixed username ratingsdb
made_of uri 'mongodb://{username}:{password}@10.100.1.101:27017,10.100.1.101:27018,10.101.1.101:27017,10.101.1.101:27018/ratingsdb?replicaSet=rs0&authSource=ratingsdb&tls=true&tlsCAFile=/etc/holdfast/ratings-mongodb/ca.crt'
write ratingsapp ratings-mongodb-app Opaque

begin
stored password fleet--ratings-mongodb-system--password
fixed username holdfast-admin
write ratingsapp ratings-mongodb-system Opaque

begin
stored ca.crt seattle--ratings-mongodb-tls--ca-crt
stored tls-combined.pem seattle--ratings-mongodb-tls--tls-combined-pem
write ratingsapp ratings-mongodb-tls Opaque

[ "$missing" -eq 0 ] || refuse "$missing values are missing; nothing of their Secrets was written"
