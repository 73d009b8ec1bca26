#!/usr/bin/env bash
# Collects the nodes' logs. They hold configuration, so they are stored encrypted as the rest: $STATE/logs-*.tar.age.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

options=()
case "${1:-}" in
  "") ;;
  --control-plane-only) options=(--control-plane-only) ;;
  *) refuse "the only argument is --control-plane-only" ;;
esac
# The base image has its own script; another distribution needs one.
if [ -n "${HOLDFAST_LOG_SCRIPT:-}" ]; then options+=(--linux-script "$HOLDFAST_LOG_SCRIPT"); fi

check_engine
[ -r "${HOLDFAST_SSH_KEY:-}" ] || refuse "set HOLDFAST_SSH_KEY to the file with the nodes' private SSH key"
ssh=(--ssh-host "$SSH_HOST" --linux-ssh-private-key "$HOLDFAST_SSH_KEY")
open_cluster
mkdir "$WORK/logs"
run_engine get-logs --api-model "$MODEL" --location "$LOCATION" "${ssh[@]}" --output-directory "$WORK/logs" "${options[@]}"

number=1
while [ -e "$(printf '%s/logs-%06d.tar.age' "$STATE" "$number")" ]; do number=$((number + 1)); done
file="$(printf '%s/logs-%06d.tar.age' "$STATE" "$number")"
store logs "$file" || fail "could not store the logs"
say "the logs are in $file; open them with: age --decrypt --identity YOUR-IDENTITY $file | tar -xf -"
