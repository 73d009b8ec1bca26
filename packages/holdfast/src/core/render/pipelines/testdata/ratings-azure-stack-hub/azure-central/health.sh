#!/usr/bin/env bash
# The gate after a change at azure-central: everything that was deployed runs.
# The current kubectl context is that cluster's, as the deployer.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need kubectl

TIMEOUT="${HEALTH_TIMEOUT:-10m}"
objects="$(kubectl --namespace holdfast-system get deployments --output name)"
for object in $objects; do
  kubectl --namespace holdfast-system rollout status "$object" --timeout "$TIMEOUT"
done
objects="$(kubectl --namespace ratingsapp get statefulsets --selector app.kubernetes.io/managed-by=holdfast --output name)"
for object in $objects; do
  kubectl --namespace ratingsapp rollout status "$object" --timeout "$TIMEOUT"
done
