#!/usr/bin/env bash
# verify.sh [logins]
# Gives operations the logins to voters that were not there when it was deployed, and sees that it serves; with the argument logins only the first.
# Another site that does not answer is a warning: it may be lost, and holds up nothing here.
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
need kubectl curl

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -n "${DEPLOYER_KUBECONFIG:-}" ] || refuse "set DEPLOYER_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$DEPLOYER_KUBECONFIG" > "$work/kubeconfig"
unset DEPLOYER_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

"$root/access/operations/fill-secrets.sh"
[ "${1:-}" != logins ] || exit 0
"$root/pipelines/operations/health.sh"

warn() {
  say "warning: $*"
  [ -z "${TF_BUILD:-}" ] || printf '##vso[task.logissue type=warning]%s\n' "$*"
  [ -z "${GITHUB_ACTIONS:-}" ] || printf '::warning::%s\n' "$*"
}
curl --silent --show-error --fail --output /dev/null --max-time 10 ${CA_FILE:+--cacert "$CA_FILE"} \
  --connect-to www.ratings.enclave.example:443:10.100.1.100:443 https://www.ratings.enclave.example/healthz ||
  warn "fort-west does not answer users at 10.100.1.100: nobody waits for it here"
curl --silent --show-error --fail --output /dev/null --max-time 10 ${CA_FILE:+--cacert "$CA_FILE"} \
  --connect-to www.ratings.enclave.example:443:10.101.1.100:443 https://www.ratings.enclave.example/healthz ||
  warn "fort-east does not answer users at 10.101.1.100: nobody waits for it here"
