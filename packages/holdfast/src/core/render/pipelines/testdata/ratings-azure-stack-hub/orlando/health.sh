#!/usr/bin/env bash
# The gate after a change at orlando: everything that was deployed runs, and the site answers users.
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
need kubectl curl

TIMEOUT="${HEALTH_TIMEOUT:-10m}"
objects="$(kubectl --namespace holdfast-system get deployments --output name)"
for object in $objects; do
  kubectl --namespace holdfast-system rollout status "$object" --timeout "$TIMEOUT"
done
objects="$(kubectl --namespace ratingsapp get statefulsets --selector app.kubernetes.io/managed-by=holdfast --output name)"
for object in $objects; do
  kubectl --namespace ratingsapp rollout status "$object" --timeout "$TIMEOUT"
done
objects="$(kubectl --namespace ratingsapp get deployments --output name)"
for object in $objects; do
  kubectl --namespace ratingsapp rollout status "$object" --timeout "$TIMEOUT"
done

# A private authority's certificate: name its file in CA_FILE.
answers() {
  curl --silent --show-error --fail --output /dev/null --max-time 10 ${CA_FILE:+--cacert "$CA_FILE"} \
    --connect-to www.ratings.contoso.com:443:ratings.orlando.cloudapp.azurestack.contoso.com:443 https://www.ratings.contoso.com/healthz
}
good=0
for ((attempt = 1; attempt <= 60; attempt++)); do
  if answers; then good=$((good + 1)); else good=0; fi
  [ "$good" -lt 2 ] || break
  sleep 10
done
[ "$good" -ge 2 ] || { say "ratings.orlando.cloudapp.azurestack.contoso.com does not answer /healthz of www.ratings.contoso.com"; exit 1; }
say "ratings.orlando.cloudapp.azurestack.contoso.com answers /healthz of www.ratings.contoso.com"
