#!/usr/bin/env bash
# Phase 1 at orlando: the virtual network and the VPN gateway, which takes up to 45 minutes the first time.
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

az cloud register --name orlando --profile 2020-09-01-hybrid --endpoint-resource-manager https://management.orlando.hub.bank.example \
  --suffix-storage-endpoint orlando.hub.bank.example --suffix-keyvault-dns .vault.orlando.hub.bank.example --output none
az cloud set --name orlando --output none
# From standard input: an argument is seen by everybody on the machine.
printf '%s' "$AZURE_CLIENT_SECRET" | az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" --password @- --output none
unset AZURE_CLIENT_SECRET
az account set --subscription "${AZURE_SUBSCRIPTION_ID:-ratings-orlando}" --output none
# shellcheck disable=SC2034 # Only some templates need it.
SUBSCRIPTION_ID="$(az account show --query id --output tsv)"

az group create --name ratings-orlando-k8s --location orlando --output none
# Deployed again, a subnet keeps only what the template says, so the attached route table is passed on.
ROUTE_TABLE_ID="$(az network vnet list --resource-group ratings-orlando-k8s --output tsv \
  --query '[?name=='\''ratings-orlando'\''].subnets[] | [?name=='\''k8s-nodes'\''].routeTable.id | [0]')"
cd "$root/arm/orlando"
az deployment group create --name 1-network --resource-group ratings-orlando-k8s \
  --template-file 1-network.json \
  --parameters 1-network.parameters.json "nodeRouteTableId=$ROUTE_TABLE_ID"
address="$(az deployment group show --name 1-network --resource-group ratings-orlando-k8s --query properties.outputs.gatewayAddress.value --output tsv)"
say "the gateway of orlando has the address $address"
printf '%s' "$address" | as_caller "$root/access/_secrets/put.sh" orlando--gateway--address
