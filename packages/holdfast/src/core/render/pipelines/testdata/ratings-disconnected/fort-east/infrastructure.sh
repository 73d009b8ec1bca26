#!/usr/bin/env bash
# Phase 1 at fort-east: the virtual network and the VPN gateway, which takes up to 45 minutes the first time.
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

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

caller_config="${AZURE_CONFIG_DIR:-$HOME/.azure}"
as_caller() { AZURE_CONFIG_DIR="$caller_config" "$@"; }
export AZURE_CONFIG_DIR="$work/az" WORK="$work"

az cloud register --name fort-east --profile 2020-09-01-hybrid --endpoint-resource-manager https://management.fort-east.enclave.example \
  --suffix-storage-endpoint fort-east.enclave.example --suffix-keyvault-dns .vault.fort-east.enclave.example --output none
az cloud set --name fort-east --output none
printf '%s\n' "$HUB_CLIENT_PRIVATE_KEY" "$HUB_CLIENT_CERTIFICATE" > "$work/login.pem"
unset HUB_CLIENT_PRIVATE_KEY
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "${AZURE_TENANT_ID:-adfs}" --certificate "$work/login.pem" --output none
az account set --subscription "${AZURE_SUBSCRIPTION_ID:-ratings-fort-east}" --output none
# shellcheck disable=SC2034 # Only some templates need it.
SUBSCRIPTION_ID="$(az account show --query id --output tsv)"

az group create --name ratings-fort-east-k8s --location fort-east --output none
# Deployed again, a subnet keeps only what the template says, so the attached route table is passed on.
ROUTE_TABLE_ID="$(az network vnet list --resource-group ratings-fort-east-k8s --output tsv \
  --query '[?name=='\''ratings-fort-east'\''].subnets[] | [?name=='\''k8s-nodes'\''].routeTable.id | [0]')"
cd "$root/arm/fort-east"
az deployment group create --name 1-network --resource-group ratings-fort-east-k8s \
  --template-file 1-network.json \
  --parameters 1-network.parameters.json "nodeRouteTableId=$ROUTE_TABLE_ID"
address="$(az deployment group show --name 1-network --resource-group ratings-fort-east-k8s --query properties.outputs.gatewayAddress.value --output tsv)"
say "the gateway of fort-east has the address $address"
printf '%s' "$address" | as_caller "$root/access/_secrets/put.sh" 'holdfast/ratings-enclave/fort-east/gateway#address'
