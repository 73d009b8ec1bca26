#!/usr/bin/env bash
# Gives operations the logins to voters that were not there when it was deployed, and sees that it serves.
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

"$root/access/operations/fill-secrets.sh"
"$root/pipelines/operations/health.sh"
