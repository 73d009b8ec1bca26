#!/usr/bin/env bash
# The platform of operations: namespaces, who may do what, and what the application stands on.
# Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig.
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

[ -n "${ADMIN_KUBECONFIG:-}" ] || refuse "set ADMIN_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$ADMIN_KUBECONFIG" > "$work/kubeconfig"
unset ADMIN_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

kubectl apply --server-side --field-manager holdfast --force-conflicts --filename "$root/kubernetes/operations/00-namespaces.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/operations/viewer.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/operations/operator.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/operations/deployer.yaml"
"$root/access/operations/deployer-kubeconfig.sh"
