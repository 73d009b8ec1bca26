#!/usr/bin/env bash
# The gate after a change at seattle: everything that was deployed runs, and the site answers users.
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
    --connect-to www.ratings.bank.example:443:10.100.1.90:443 https://www.ratings.bank.example/healthz
}
good=0
for ((attempt = 1; attempt <= 60; attempt++)); do
  if answers; then good=$((good + 1)); else good=0; fi
  [ "$good" -lt 3 ] || break
  sleep 1
done
[ "$good" -ge 3 ] || { say "10.100.1.90 does not answer /healthz of www.ratings.bank.example"; exit 1; }
say "10.100.1.90 answers /healthz of www.ratings.bank.example"
