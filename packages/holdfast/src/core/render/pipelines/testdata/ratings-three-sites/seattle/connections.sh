#!/usr/bin/env bash
# Phase 2 at seattle: its ends of the tunnels, once the gateway of each peer has its address.
# The keys of the tunnels are in the Hub's own vault: access/seattle/fill-hub-vault.sh puts them there.
# Environment: GATEWAY_ADDRESS_ORLANDO, GATEWAY_ADDRESS_DENVER.
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

: "${GATEWAY_ADDRESS_ORLANDO:?set it to the public address of the gateway of orlando}"
: "${GATEWAY_ADDRESS_DENVER:?set it to the public address of the gateway of denver}"
work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

caller_config="${AZURE_CONFIG_DIR:-$HOME/.azure}"
as_caller() { AZURE_CONFIG_DIR="$caller_config" "$@"; }
export AZURE_CONFIG_DIR="$work/az" WORK="$work"

az cloud register --name seattle --profile 2020-09-01-hybrid --endpoint-resource-manager https://management.seattle.hub.bank.example \
  --suffix-storage-endpoint seattle.hub.bank.example --suffix-keyvault-dns .vault.seattle.hub.bank.example --output none
az cloud set --name seattle --output none
# From standard input: an argument is seen by everybody on the machine.
printf '%s' "$AZURE_CLIENT_SECRET" | az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" --password @- --output none
unset AZURE_CLIENT_SECRET
az account set --subscription "${AZURE_SUBSCRIPTION_ID:-ratings-seattle}" --output none
# shellcheck disable=SC2034 # Only some templates need it.
SUBSCRIPTION_ID="$(az account show --query id --output tsv)"

cd "$root/arm/seattle"
sed "s/__SUBSCRIPTION_ID__/$SUBSCRIPTION_ID/" 2-connections.parameters.json > "$WORK/2-connections.parameters.json"
az deployment group create --name 2-connections --resource-group ratings-seattle-k8s \
  --template-file 2-connections.json \
  --parameters "$WORK/2-connections.parameters.json" "gatewayAddress_orlando=$GATEWAY_ADDRESS_ORLANDO" "gatewayAddress_denver=$GATEWAY_ADDRESS_DENVER"
