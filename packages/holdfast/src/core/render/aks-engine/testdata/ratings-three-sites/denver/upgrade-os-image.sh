#!/usr/bin/env bash
# Renews every node from the newest base image and leaves Kubernetes as it is: install the engine that goes with the image first.
# 12 to 15 minutes a node, one after another. Run again after an interruption, it goes on.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

only=()
case "${1:-}" in
  "") ;;
  --control-plane-only) only=(--control-plane-only) ;;
  *) refuse "the only argument is --control-plane-only" ;;
esac

check_engine
open_cluster
version=.properties.orchestratorProfile.orchestratorVersion
found="$(from_model "$version")"

[ "$found" = "$KUBERNETES_VERSION" ] ||
  refuse "$SITE has Kubernetes $found, and the fleet file names $KUBERNETES_VERSION: upgrade.sh brings it there, and renews the nodes as well"
sign_in
sign_in_az
check_base_image
remind_of_quotas

# The same version is an upgrade only by force.
begin upgrade-os-image "$BASE_IMAGE_VERSION"
run_engine upgrade --api-model "$MODEL" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \
  --upgrade-version "$KUBERNETES_VERSION" --force "${only[@]}" "${AUTH[@]}"
finish upgrade-os-image "$BASE_IMAGE_VERSION"
say "the nodes of $SITE have the base image $BASE_IMAGE_VERSION"
