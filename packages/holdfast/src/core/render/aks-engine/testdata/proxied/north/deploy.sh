#!/usr/bin/env bash
# Builds the cluster. Run again after an interruption, it goes on with the keys that it made the first time.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

# The model with what the fleet file does not say: ids, never a secret. Only in memory.
filled_model() {
  sed -e "s/SUBSCRIPTION_ID/$SUBSCRIPTION_ID/g" -e "s/\"CLIENT_ID\"/\"$CLIENT_ID\"/" "$here/apimodel.json" > "$WORK/apimodel.json"
  printf '%s\n' "$WORK/apimodel.json"
}

# Without the stored output the keys of such VMs are lost: new ones would not fit them.
refuse_foreign_nodes() {
  local exists nodes
  exists="$(az group exists --name "$RESOURCE_GROUP" --output tsv)"
  # az writes "True" to tsv.
  [ "${exists,,}" = true ] || return 0
  nodes="$(az vm list --resource-group "$RESOURCE_GROUP" --query "[?starts_with(name,'k8s-master-')] | length(@)" --output tsv)"
  [ "${nodes:-0}" -eq 0 ] ||
    refuse "resource group $RESOURCE_GROUP has control-plane nodes, but $STATE has no output of them: bring it from where it is kept"
}

check_rendered_model
check_engine
open_state
deployed_model="$MODEL_SHA256"
overwrite=()
if [ -e "$MODEL" ]; then
  [ "$(progress model)" = "$MODEL_SHA256" ] ||
    refuse "this cluster was built from another model: scale.sh and upgrade.sh change a cluster that exists"
  if [ "$(progress operation)" != deploy ] || ! is_unfinished deploy; then
    say "$SITE was built from this model already"
    exit 0
  fi
  say "going on with the keys that were made before"
  overwrite=(--force-overwrite)
fi
if [ "$AUTH_METHOD" = client_certificate ] && [ "$CLUSTER_SECRET" = command-line ]; then
  refuse "with a certificate the cluster's own credential has to be in a Key Vault: name platform.servicePrincipal.keyVaultSecret"
fi
sign_in
sign_in_az
check_base_image
remind_of_quotas
if [ -e "$MODEL" ]; then
  model="$MODEL"
else
  refuse_foreign_nodes
  # A deployment that was begun and left nothing, neither here nor on the Hub.
  rm -f "$STATE/progress"
  model="$(filled_model)"
fi

begin deploy "$MODEL_SHA256"
run_engine deploy --api-model "$model" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \
  --output-directory "$OUTPUT" "${overwrite[@]}" "${AUTH[@]}"
finish deploy "$MODEL_SHA256"
say "$SITE is built; next: attach-network.sh"
