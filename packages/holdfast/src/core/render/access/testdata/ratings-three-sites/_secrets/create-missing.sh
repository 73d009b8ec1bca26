#!/usr/bin/env bash
# Makes each random value that Azure Key Vault ratings-global-kv does not have yet, and says what people have to fill in.
# A value that is there stays as it is. To replace one, follow the runbook: openssl rand -hex 32 | tr -d '\n' | put.sh REFERENCE
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
need mktemp openssl az

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

random() {
  if present "$1"; then return 0; fi
  openssl rand -hex 32 | tr -d '\n' > "$work/value"
  put "$1" "$work/value"
  say "made $1"
}

yours() { # yours REFERENCE PURPOSE
  present "$1" || say "fill in $1: $2"
}

yours seattle--registry-pull--dockerconfigjson 'pulls images from registry.bank.example'
random fleet--ratings-db-app--password
random fleet--ratings-db-system--agent-token
random fleet--ratings-db-system--replication-password
random fleet--ratings-db-system--superuser-password
yours fleet--bank-ca--tls-crt 'the private authority'\''s certificate'
yours fleet--bank-ca--tls-key 'its private key: signs what browsers trust'
yours fleet--holdfast-alertmanager--alertmanager-yaml 'Alertmanager'\''s configuration, with the mail server'\''s password'
yours fleet--holdfast-grafana--admin-user 'who may change dashboards'
random fleet--holdfast-grafana--admin-password
yours seattle--hub--client-id 'application id of the service principal'
yours seattle--hub--tenant-id 'directory of the service principal; adfs with AD FS'
yours seattle--hub--subscription-id 'id of the subscription ratings-seattle'
yours seattle--hub--client-secret 'the service principal'\''s secret'
yours seattle--engine-state--age-identity 'opens the encrypted output of AKS Engine (age)'
yours seattle--ssh--private-key 'logs in to the nodes (SSH)'
random fleet--vpn-orlando-seattle--shared-key
random fleet--vpn-denver-seattle--shared-key
yours orlando--registry-pull--dockerconfigjson 'pulls images from registry.bank.example'
yours orlando--hub--client-id 'application id of the service principal'
yours orlando--hub--tenant-id 'directory of the service principal; adfs with AD FS'
yours orlando--hub--subscription-id 'id of the subscription ratings-orlando'
yours orlando--hub--client-secret 'the service principal'\''s secret'
yours orlando--engine-state--age-identity 'opens the encrypted output of AKS Engine (age)'
yours orlando--ssh--private-key 'logs in to the nodes (SSH)'
random fleet--vpn-denver-orlando--shared-key
yours denver--registry-pull--dockerconfigjson 'pulls images from registry.bank.example'
yours denver--hub--client-id 'application id of the service principal'
yours denver--hub--tenant-id 'directory of the service principal; adfs with AD FS'
yours denver--hub--subscription-id 'id of the subscription ratings-denver'
yours denver--hub--client-secret 'the service principal'\''s secret'
yours denver--engine-state--age-identity 'opens the encrypted output of AKS Engine (age)'
yours denver--ssh--private-key 'logs in to the nodes (SSH)'
