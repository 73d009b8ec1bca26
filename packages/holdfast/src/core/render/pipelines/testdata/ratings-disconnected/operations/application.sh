#!/usr/bin/env bash
# Brings operations to what was rendered: Secrets, stores, holdfast, the application. Safe to run again.
# With the argument first-deploy it waits for nothing: no store serves before all its voters are there, nor does what needs one.
# Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig.
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
need kubectl

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -n "${DEPLOYER_KUBECONFIG:-}" ] || refuse "set DEPLOYER_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$DEPLOYER_KUBECONFIG" > "$work/kubeconfig"
unset DEPLOYER_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

# The deployer reads no Secrets, where Helm would keep its releases.
export HELM_DRIVER=configmap

apply() { kubectl apply --server-side --field-manager holdfast --force-conflicts --recursive --filename "$1"; }
apply "$root/kubernetes/operations/00-namespaces.yaml"
"$root/access/operations/fill-secrets.sh"
apply "$root/kubernetes/operations/ratingsapp/network-policy-default-deny.yaml"
apply "$root/kubernetes/operations/ratingsapp/network-policy-allow-dns.yaml"
apply "$root/kubernetes/operations/holdfast-system"
apply "$root/kubernetes/operations/ratingsapp/ratings-mongodb"
if [ "${1:-}" = first-deploy ]; then say "whether everything runs is asked when all are there: verify.sh"; exit 0; fi
"$root/pipelines/operations/health.sh"
