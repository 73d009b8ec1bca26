#!/usr/bin/env bash
# run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS...
# Runs a command with values from secret variables of the pipeline (or of your shell) in its environment, and nowhere else.
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
need mktemp

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fetch() { # fetch VARIABLE FILE
  [ -n "${!1:-}" ] || return 1
  printf '%s' "${!1}" > "$2"
}

values=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  fetch "${1#*=}" "$work/value" || refuse "there is no value for ${1%%=*}: ${1#*=}"
  values+=("${1%%=*}" "$(< "$work/value")")
  shift
done
[ "$#" -gt 1 ] || refuse "usage: run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS..."
shift
# Only now, so that a value never changes how the next one is fetched.
for ((index = 0; index < ${#values[@]}; index += 2)); do export "${values[index]}=${values[index + 1]}"; done
rm -rf "$work"
exec "$@"
