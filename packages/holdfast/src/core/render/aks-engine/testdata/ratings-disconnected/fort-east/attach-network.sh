#!/usr/bin/env bash
# Attaches the cluster's route table and network security group to the subnet of the nodes. AKS Engine does not do it in a network
# that existed before, and without the routes pods on different nodes do not reach each other. Safe to run again.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

if [ -z "$SUBNET" ]; then
  say "AKS Engine made the network of $SITE itself, and attached everything"
  exit 0
fi

# AKS Engine names both by the control plane's machines, with a number made of the DNS prefix. Its stored output says which, so
# that what another cluster left in the resource group is not taken for this one's.
ours() {
  local prefix=""
  if [ -e "$OUTPUT/azuredeploy.json" ]; then
    prefix="$(jq -r '.variables.masterVMNamePrefix // empty' "$OUTPUT/azuredeploy.json")"
  fi
  if [[ "$prefix" =~ ^k8s-master-[0-9]+-$ ]]; then printf '%s\n' "$prefix"; else printf 'k8s-master-\n'; fi
}

the_only() { # the_only KIND SUFFIX: the id of the one that AKS Engine made for this cluster
  local ids
  ids="$(az network "$1" list --resource-group "$RESOURCE_GROUP" \
    --query "[?starts_with(name,'$prefix') && ends_with(name,'$2')].id" --output tsv)"
  [ -n "$ids" ] || refuse "resource group $RESOURCE_GROUP has no $1 named $prefix*$2: build the cluster first"
  [ "$(printf '%s\n' "$ids" | wc -l)" -eq 1 ] || refuse "resource group $RESOURCE_GROUP has more than one $1 of AKS Engine: ${ids//$'\n'/, }"
  printf '%s\n' "$ids"
}

attached() { # attached KEY: the id, or nothing
  az network vnet subnet show --resource-group "$VNET_RESOURCE_GROUP" --vnet-name "$VNET" --name "$SUBNET" \
    --query "$1.id" --output tsv
}

attach() { # attach KEY FLAG ID
  local now
  now="$(attached "$1")"
  # Resource Manager compares ids without case.
  if [ "${now,,}" = "${3,,}" ]; then
    say "subnet $SUBNET has $3 already"
    return 0
  fi
  # AKS Engine gives its security group to every network card as well, so that one of the subnet's own may stay.
  if [ -n "$now" ] && [ "$1" = networkSecurityGroup ]; then
    say "subnet $SUBNET keeps $now: what users and operators need has to pass it"
    return 0
  fi
  [ -z "$now" ] || refuse "subnet $SUBNET has $now, which someone attached for a reason: put its routes into $3, and detach it"
  az network vnet subnet update --resource-group "$VNET_RESOURCE_GROUP" --vnet-name "$VNET" --name "$SUBNET" \
    "$2" "$3" --output none
  say "subnet $SUBNET has $3"
}

open_cluster
sign_in
sign_in_az
prefix="$(ours)"
security_group="$(the_only nsg nsg)"
attach networkSecurityGroup --network-security-group "$security_group"
# The Azure network plugin gives pods addresses of the subnet: it needs no routes.
if [ "$NETWORK_PLUGIN" = kubenet ]; then
  routes="$(the_only route-table routetable)"
  attach routeTable --route-table "$routes"
fi
