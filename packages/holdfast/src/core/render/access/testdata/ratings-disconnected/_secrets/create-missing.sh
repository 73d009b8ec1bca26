#!/usr/bin/env bash
# Makes each random value that HashiCorp Vault at https://vault.enclave.example does not have yet, and says what people have to fill in.
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
need mktemp openssl vault

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

random() {
  if present "$1"; then return 0; fi
  openssl rand -hex 32 | tr -d '\n' > "$work/value"
  put "$1" "$work/value"
  say "made $1"
}

yours() { # yours REFERENCE PURPOSE
  present "$1" || say "fill in $1: $2"
}

yours 'holdfast/ratings-enclave/fort-west/registry-pull#.dockerconfigjson' 'pulls images from registry.enclave.example'
random 'holdfast/ratings-enclave/fleet/ratings-mongodb-app#password'
random 'holdfast/ratings-enclave/fleet/ratings-mongodb-system#password'
yours 'holdfast/ratings-enclave/fort-west/ratings-mongodb-tls#ca.crt' 'the authority that signed the members'\'' certificates'
yours 'holdfast/ratings-enclave/fort-west/ratings-mongodb-tls#tls-combined.pem' 'key and certificate of the members here in one file, for the name or address 10.100.1.101, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours 'holdfast/ratings-enclave/fleet/enclave-ca#tls.crt' 'the private authority'\''s certificate'
yours 'holdfast/ratings-enclave/fleet/enclave-ca#tls.key' 'its private key: signs what browsers trust'
yours 'holdfast/ratings-enclave/fleet/holdfast-alertmanager#alertmanager.yaml' 'Alertmanager'\''s configuration, with the mail server'\''s password'
yours 'holdfast/ratings-enclave/fleet/holdfast-grafana#admin-user' 'who may change dashboards'
random 'holdfast/ratings-enclave/fleet/holdfast-grafana#admin-password'
yours 'holdfast/ratings-enclave/fort-west/hub#client-id' 'application id of the service principal'
yours 'holdfast/ratings-enclave/fort-west/hub#tenant-id' 'directory of the service principal; adfs with AD FS'
yours 'holdfast/ratings-enclave/fort-west/hub#subscription-id' 'id of the subscription ratings-fort-west'
yours 'holdfast/ratings-enclave/fort-west/hub#client-certificate' 'the service principal'\''s certificate, PEM'
yours 'holdfast/ratings-enclave/fort-west/hub#client-private-key' 'the certificate'\''s private key, PEM'
yours 'holdfast/ratings-enclave/fort-west/engine-state#age-identity' 'opens the encrypted output of AKS Engine (age)'
yours 'holdfast/ratings-enclave/fort-west/ssh#private-key' 'logs in to the nodes (SSH)'
random 'holdfast/ratings-enclave/fleet/vpn-fort-east-fort-west#shared-key'
random 'holdfast/ratings-enclave/fleet/vpn-fort-west-operations#shared-key'
yours 'holdfast/ratings-enclave/fort-east/registry-pull#.dockerconfigjson' 'pulls images from registry.enclave.example'
yours 'holdfast/ratings-enclave/fort-east/ratings-mongodb-tls#ca.crt' 'the authority that signed the members'\'' certificates'
yours 'holdfast/ratings-enclave/fort-east/ratings-mongodb-tls#tls-combined.pem' 'key and certificate of the members here in one file, for the name or address 10.101.1.101, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours 'holdfast/ratings-enclave/fort-east/hub#client-id' 'application id of the service principal'
yours 'holdfast/ratings-enclave/fort-east/hub#tenant-id' 'directory of the service principal; adfs with AD FS'
yours 'holdfast/ratings-enclave/fort-east/hub#subscription-id' 'id of the subscription ratings-fort-east'
yours 'holdfast/ratings-enclave/fort-east/hub#client-certificate' 'the service principal'\''s certificate, PEM'
yours 'holdfast/ratings-enclave/fort-east/hub#client-private-key' 'the certificate'\''s private key, PEM'
yours 'holdfast/ratings-enclave/fort-east/engine-state#age-identity' 'opens the encrypted output of AKS Engine (age)'
yours 'holdfast/ratings-enclave/fort-east/ssh#private-key' 'logs in to the nodes (SSH)'
random 'holdfast/ratings-enclave/fleet/vpn-fort-east-operations#shared-key'
yours 'holdfast/ratings-enclave/operations/registry-pull#.dockerconfigjson' 'pulls images from registry.enclave.example'
yours 'holdfast/ratings-enclave/operations/ratings-mongodb-tls#ca.crt' 'the authority that signed the members'\'' certificates'
yours 'holdfast/ratings-enclave/operations/ratings-mongodb-tls#tls-combined.pem' 'key and certificate of the members here in one file, for the name or address 10.102.1.11, to serve and to connect (server and client authentication); all members have the same O and OU, by which they know each other, and nobody else has'
yours 'holdfast/ratings-enclave/operations/gateway#address' 'public address of the VPN gateway (not secret)'
yours 'holdfast/ratings-enclave/operations/admin#kubeconfig' 'administers the cluster'
