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

random fleet--ratings-mongodb-app--password
random fleet--ratings-mongodb-system--password
yours seattle--ratings-mongodb-tls--ca-crt 'the authority that signed the members'\'' certificates'
yours seattle--ratings-mongodb-tls--tls-combined-pem 'key and certificate of the members here in one file, for the name or address 10.100.1.101, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours fleet--azure-dns--client-secret 'lets cert-manager write to ratings.contoso.com'
yours fleet--azure-monitor--connection-string 'of the Application Insights that takes logs and metrics'
yours seattle--hub--client-id 'application id of the service principal'
yours seattle--hub--tenant-id 'directory of the service principal; adfs with AD FS'
yours seattle--hub--subscription-id 'id of the subscription ratings-seattle'
yours seattle--hub--client-secret 'the service principal'\''s secret'
yours seattle--engine-state--age-identity 'opens the encrypted output of AKS Engine (age)'
yours seattle--ssh--private-key 'logs in to the nodes (SSH)'
random fleet--vpn-orlando-seattle--shared-key
random fleet--vpn-azure-central-seattle--shared-key
yours orlando--ratings-mongodb-tls--ca-crt 'the authority that signed the members'\'' certificates'
yours orlando--ratings-mongodb-tls--tls-combined-pem 'key and certificate of the members here in one file, for the name or address 10.101.1.101, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours orlando--hub--client-id 'application id of the service principal'
yours orlando--hub--tenant-id 'directory of the service principal; adfs with AD FS'
yours orlando--hub--subscription-id 'id of the subscription ratings-orlando'
yours orlando--hub--client-secret 'the service principal'\''s secret'
yours orlando--engine-state--age-identity 'opens the encrypted output of AKS Engine (age)'
yours orlando--ssh--private-key 'logs in to the nodes (SSH)'
random fleet--vpn-azure-central-orlando--shared-key
yours azure-central--ratings-mongodb-tls--ca-crt 'the authority that signed the members'\'' certificates'
yours azure-central--ratings-mongodb-tls--tls-combined-pem 'key and certificate of the members here in one file, for the name or address 10.102.1.11, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours azure-central--gateway--address 'public address of the VPN gateway (not secret)'
yours azure-central--admin--kubeconfig 'administers the cluster'
