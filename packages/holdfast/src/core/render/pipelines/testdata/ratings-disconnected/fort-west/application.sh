#!/usr/bin/env bash
# Brings fort-west to what was rendered: Secrets, stores, holdfast, the application. Safe to run again.
# With the argument first-deploy it waits for nothing: no store serves before all its voters are there, nor does what needs one.
# Environment: DEPLOYER_KUBECONFIG, the text of the deployer's kubeconfig; HOLDFAST_OPERATED_STORES, as databases.sh has it.
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

[ -n "${DEPLOYER_KUBECONFIG:-}" ] || refuse "set DEPLOYER_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$DEPLOYER_KUBECONFIG" > "$work/kubeconfig"
unset DEPLOYER_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

# The deployer reads no Secrets, where Helm would keep its releases.
export HELM_DRIVER=configmap

# Stores that an operator runs by databases/, in place of holdfast's own servers: names, with spaces between. Default: none.
operated_stores="${HOLDFAST_OPERATED_STORES:-}"
# Azure Pipelines leaves a variable that is not set as it is written.
case "$operated_stores" in \$\(*) operated_stores="" ;; esac
for each in $operated_stores; do
  case "$each" in ratings-mongodb) ;; *) refuse "HOLDFAST_OPERATED_STORES names $each, which is no store of this fleet: it has ratings-mongodb" ;; esac
done
operated() { case " $operated_stores " in *" $1 "*) return 0 ;; esac; return 1; }

apply() { kubectl apply --server-side --field-manager holdfast --force-conflicts --recursive --filename "$1"; }
apply "$root/kubernetes/fort-west/00-namespaces.yaml"
"$root/access/fort-west/fill-secrets.sh"
apply "$root/kubernetes/fort-west/holdfast-system"
operated ratings-mongodb || apply "$root/kubernetes/fort-west/ratingsapp/ratings-mongodb"
apply "$root/kubernetes/fort-west/ratingsapp/holdfast-controller"
waits=(--wait --timeout 10m)
if [ "${1:-}" = first-deploy ]; then waits=(--timeout 10m); fi
helm upgrade --install ratings "$root/helm/_charts/ratings" \
  --namespace ratingsapp --values "$root/helm/fort-west/values.yaml" "${waits[@]}"
if [ "${1:-}" = first-deploy ]; then say "whether everything runs is asked when all are there: verify.sh"; exit 0; fi
"$root/pipelines/fort-west/health.sh"
