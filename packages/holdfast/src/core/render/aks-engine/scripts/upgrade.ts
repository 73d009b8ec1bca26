const HEAD = `set -euo pipefail
here="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

only=()
case "\${1:-}" in
  "") ;;
  --control-plane-only) only=(--control-plane-only) ;;
  *) refuse "the only argument is --control-plane-only" ;;
esac

check_engine
open_cluster
version=.properties.orchestratorProfile.orchestratorVersion
found="$(from_model "$version")"
`;

export const upgradeScript = `#!/usr/bin/env bash
# Brings the cluster to the Kubernetes version of the fleet file, with this engine's base image: change it there, render, run this.
# 12 to 15 minutes a node, one after another. Run again after an interruption, it goes on.
${HEAD}
force=()
if [ "$found" = "$KUBERNETES_VERSION" ]; then
  if ! is_unfinished upgrade; then
    say "$SITE has Kubernetes $KUBERNETES_VERSION already; upgrade-os-image.sh renews its nodes"
    exit 0
  fi
  # The output names the new version although nodes may still have the old one.
  force=(--force)
fi
sign_in
sign_in_az
check_base_image
remind_of_quotas

begin upgrade "$KUBERNETES_VERSION"
run_engine upgrade --api-model "$MODEL" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \\
  --upgrade-version "$KUBERNETES_VERSION" "\${force[@]}" "\${only[@]}" "\${AUTH[@]}"
[ "$(from_model "$version")" = "$KUBERNETES_VERSION" ] || fail "the output names Kubernetes $(from_model "$version")"
finish upgrade "$KUBERNETES_VERSION"
say "$SITE has Kubernetes $KUBERNETES_VERSION"
`;

export const upgradeOsImageScript = `#!/usr/bin/env bash
# Renews every node from the newest base image and leaves Kubernetes as it is: install the engine that goes with the image first.
# 12 to 15 minutes a node, one after another. Run again after an interruption, it goes on.
${HEAD}
[ "$found" = "$KUBERNETES_VERSION" ] ||
  refuse "$SITE has Kubernetes $found, and the fleet file names $KUBERNETES_VERSION: upgrade.sh brings it there, and renews the nodes as well"
sign_in
sign_in_az
check_base_image
remind_of_quotas

# The same version is an upgrade only by force.
begin upgrade-os-image "$BASE_IMAGE_VERSION"
run_engine upgrade --api-model "$MODEL" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \\
  --upgrade-version "$KUBERNETES_VERSION" --force "\${only[@]}" "\${AUTH[@]}"
finish upgrade-os-image "$BASE_IMAGE_VERSION"
say "the nodes of $SITE have the base image $BASE_IMAGE_VERSION"
`;
