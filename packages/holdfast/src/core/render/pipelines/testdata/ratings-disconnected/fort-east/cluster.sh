#!/usr/bin/env bash
# cluster.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs
# The cluster of fort-east. Its environment is that of the scripts in aks-engine/fort-east; keys come as text:
# HOLDFAST_AGE_KEY opens the stored output, HOLDFAST_SSH_PRIVATE_KEY is for the nodes (rotate-certs).
# redeploy: the cluster was lost. What is stored of it is put aside, and a new one is built.
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
need bash

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

key_file() { # key_file VARIABLE NAME: the text of a key as a file in memory
  [ -z "${!1:-}" ] || { printf '%s\n' "${!1}" > "$work/$1"; export "$2=$work/$1"; }
  unset "$1"
}
key_file HOLDFAST_AGE_KEY HOLDFAST_AGE_IDENTITY
key_file HOLDFAST_SSH_PRIVATE_KEY HOLDFAST_SSH_KEY
key_file HUB_CLIENT_CERTIFICATE AZURE_CLIENT_CERTIFICATE_PATH
key_file HUB_CLIENT_PRIVATE_KEY AZURE_CLIENT_PRIVATE_KEY_PATH

# What AKS Engine wrote, encrypted: it is on this machine, and a copy of it goes where the pipeline keeps things.
state="${HOLDFAST_STATE_DIR:-$HOME/.local/state/holdfast/aks-engine}/ratings-enclave/fort-east"
copy="${HOLDFAST_STATE_COPY:-}"
if [ -n "$copy" ] && [ ! -d "$state" ] && [ -e "$copy/progress" ] && [ "${1:-}" != redeploy ]; then
  mkdir -p "$state"
  cp -a "$copy/." "$state/"
fi
keep() {
  [ -n "$copy" ] && [ -d "$state" ] || return 0
  mkdir -p "$copy"
  cp -a "$state/." "$copy/"
  rm -f "$copy/lock"
}
trap 'keep; rm -rf "$work"' EXIT

case "${1:-}" in
  deploy | first-deploy) ;;
  redeploy)
    # deploy.sh refuses to build where nodes of the old cluster still are: nothing is lost by this.
    if [ -d "$state" ]; then mv "$state" "$state.lost-$(date -u +%Y%m%dT%H%M%SZ)"; fi
    ;;
  scale | upgrade | upgrade-os-image | rotate-certs) ;;
  *) refuse "usage: cluster.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs" ;;
esac
case "$1" in
  deploy | first-deploy | redeploy)
    "$root/aks-engine/fort-east/deploy.sh"
    "$root/aks-engine/fort-east/attach-network.sh"
    ;;
  scale) "$root/aks-engine/fort-east/scale.sh" ;;
  upgrade) "$root/aks-engine/fort-east/upgrade.sh" ;;
  upgrade-os-image) "$root/aks-engine/fort-east/upgrade-os-image.sh" ;;
  rotate-certs) "$root/aks-engine/fort-east/rotate-certs.sh" ;;
esac

# The administrator's login, out of the stored output and into the vault. The subshell opens and closes the output.
(
  here="$root/aks-engine/fort-east"
  # shellcheck source=/dev/null
  source "$here/common.sh"
  open_cluster
  cat "$OUTPUT/kubeconfig/kubeconfig.$LOCATION.json"
) > "$work/admin"
"$root/access/_secrets/put.sh" 'holdfast/ratings-enclave/fort-east/admin#kubeconfig' < "$work/admin"
