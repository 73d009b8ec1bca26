#!/usr/bin/env bash
# What ratings-hubs has in public Azure; nothing there holds data of persons. Sign in before: az login.
# Environment: AZURE_LOCATION, PULL_OBJECT_ID_SEATTLE, PULL_OBJECT_ID_ORLANDO.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need az
given() { # given NAME...: variables of whoever calls
  local name
  for name in "$@"; do
    case "${!name:-}" in "" | \$\(*) refuse "set $name" ;; esac
  done
}

given AZURE_LOCATION PULL_OBJECT_ID_SEATTLE PULL_OBJECT_ID_ORLANDO
az group create --name ratings-global --location "$AZURE_LOCATION" --output none
ROLE_ACRPULL="$(az role definition list --name acrpull --query '[0].name' --output tsv)"
cd "$root/arm/_azure"
az deployment group create --name container-registry --resource-group ratings-global \
  --template-file container-registry.json \
  --parameters container-registry.parameters.json "pullRoleDefinitionId=$ROLE_ACRPULL" "pullObjectId_seattle=$PULL_OBJECT_ID_SEATTLE" "pullObjectId_orlando=$PULL_OBJECT_ID_ORLANDO"
az deployment group create --name log-analytics --resource-group ratings-global \
  --template-file log-analytics.json \
  --parameters log-analytics.parameters.json
az deployment group create --name traffic-manager --resource-group ratings-global \
  --template-file traffic-manager.json \
  --parameters traffic-manager.parameters.json
az deployment group create --name dns-delegation --resource-group ratings-global \
  --template-file dns-delegation.json \
  --parameters dns-delegation.parameters.json
