#!/usr/bin/env bash
# Brings each pool to the number of workers that the fleet file names: change it there, render, run this.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

check_engine
open_cluster
sign_in
remind_of_quotas

scale_pool() { # scale_pool INDEX
  local name="${POOL_NAMES[$1]}" wanted="${POOL_COUNTS[$1]}" found
  local count=".properties.agentPoolProfiles[$1].count"
  local arguments=()
  found="$(from_model "$count")"
  if [ "$found" = "$wanted" ] && ! is_unfinished scale; then
    say "pool $name has $wanted workers already"
    return 0
  fi
  # To take nodes away the engine drains them first, for which it has to find the API server.
  if [ "$wanted" -lt "$found" ]; then arguments=(--apiserver "$API_SERVER"); fi
  begin scale "the counts of the fleet file"
  run_engine scale --api-model "$MODEL" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \
    --node-pool "$name" --new-node-count "$wanted" "${arguments[@]}" "${AUTH[@]}"
  found="$(from_model "$count")"
  [ "$found" = "$wanted" ] || fail "pool $name has $found workers in the output, not $wanted"
  say "pool $name has $wanted workers"
}

for index in "${!POOL_NAMES[@]}"; do scale_pool "$index"; done
if is_unfinished scale; then finish scale "the counts of the fleet file"; fi
