#!/usr/bin/env bash
# The platform of seattle: namespaces, who may do what, and what the application stands on.
# Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig; HOLDFAST_OPERATED_STORES.
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
need kubectl helm

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -n "${ADMIN_KUBECONFIG:-}" ] || refuse "set ADMIN_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$ADMIN_KUBECONFIG" > "$work/kubeconfig"
unset ADMIN_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

# Stores that an operator runs by databases/, in place of holdfast's own servers: names, with spaces between. Default: none.
operated_stores="${HOLDFAST_OPERATED_STORES:-}"
# Azure Pipelines leaves a variable that is not set as it is written.
case "$operated_stores" in \$\(*) operated_stores="" ;; esac
for each in $operated_stores; do
  case "$each" in ratings-mongodb) ;; *) refuse "HOLDFAST_OPERATED_STORES names $each, which is no store of this fleet: it has ratings-mongodb" ;; esac
done
operated() { case " $operated_stores " in *" $1 "*) return 0 ;; esac; return 1; }

kubectl apply --server-side --field-manager holdfast --force-conflicts --filename "$root/kubernetes/seattle/00-namespaces.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/seattle/viewer.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/seattle/operator.yaml"
kubectl apply --server-side --field-manager holdfast-access --force-conflicts --filename "$root/access/seattle/deployer.yaml"
"$root/access/seattle/deployer-kubeconfig.sh"
"$root/access/seattle/fill-platform-secrets.sh"
if operated ratings-mongodb; then
  "$root/helm/seattle/platform/install.sh" --operators
else
  "$root/helm/seattle/platform/install.sh"
fi
