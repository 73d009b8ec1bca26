#!/usr/bin/env bash
# Phase 2 at fort-west: its ends of the tunnels, once the gateway of each peer has its address.
# The keys of the tunnels are in the Hub's own vault: access/fort-west/fill-hub-vault.sh puts them there.
# Environment: GATEWAY_ADDRESS_FORT_EAST, GATEWAY_ADDRESS_OPERATIONS.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need az

: "${GATEWAY_ADDRESS_FORT_EAST:?set it to the public address of the gateway of fort-east}"
: "${GATEWAY_ADDRESS_OPERATIONS:?set it to the public address of the gateway of operations}"
work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

caller_config="${AZURE_CONFIG_DIR:-$HOME/.azure}"
as_caller() { AZURE_CONFIG_DIR="$caller_config" "$@"; }
export AZURE_CONFIG_DIR="$work/az" WORK="$work"

az cloud register --name fort-west --profile 2020-09-01-hybrid --endpoint-resource-manager https://management.fort-west.enclave.example \
  --suffix-storage-endpoint fort-west.enclave.example --suffix-keyvault-dns .vault.fort-west.enclave.example --output none
az cloud set --name fort-west --output none
printf '%s\n' "$HUB_CLIENT_PRIVATE_KEY" "$HUB_CLIENT_CERTIFICATE" > "$work/login.pem"
unset HUB_CLIENT_PRIVATE_KEY
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "${AZURE_TENANT_ID:-adfs}" --certificate "$work/login.pem" --output none
az account set --subscription "${AZURE_SUBSCRIPTION_ID:-ratings-fort-west}" --output none
# shellcheck disable=SC2034 # Only some templates need it.
SUBSCRIPTION_ID="$(az account show --query id --output tsv)"

cd "$root/arm/fort-west"
sed "s/__SUBSCRIPTION_ID__/$SUBSCRIPTION_ID/" 2-connections.parameters.json > "$WORK/2-connections.parameters.json"
az deployment group create --name 2-connections --resource-group ratings-fort-west-k8s \
  --template-file 2-connections.json \
  --parameters "$WORK/2-connections.parameters.json" "gatewayAddress_fort_east=$GATEWAY_ADDRESS_FORT_EAST" "gatewayAddress_operations=$GATEWAY_ADDRESS_OPERATIONS"
