#!/usr/bin/env bash
# Checks the fleet file, and that the rendered files are those of this file. Writes its reports to RESULTS (default: results).
# Environment: HOLDFAST_FLEET_FILE (default: holdfast.yaml), HOLDFAST_PACKAGE: what npm installs where holdfast is not there.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need mkdir

fleet="${HOLDFAST_FLEET_FILE:-holdfast.yaml}"
results="${RESULTS:-results}"
mkdir -p "$results"
if ! command -v holdfast > /dev/null; then
  # No default: a public registry may have another program of this name.
  case "${HOLDFAST_PACKAGE:-}" in
    "" | \$\(*) refuse "put holdfast on this machine, or set HOLDFAST_PACKAGE to its package's file or address" ;;
  esac
  npm install --global "$HOLDFAST_PACKAGE"
fi
code=0
holdfast check "$fleet" --format sarif > "$results/check.sarif" || code=$?
holdfast check "$fleet" --format junit > "$results/check.xml" || true
holdfast check "$fleet" || true
[ "$code" -eq 0 ] || exit "$code"
holdfast render "$fleet" --diff "$root" || refuse "the rendered files are not those of $fleet: render again, and commit"
