#!/usr/bin/env bash
# Installs AKS Engine and what the other scripts call, on the helper VM. Two ways:
#   install-engine.sh GET-AKSE.SH         get-akse.sh of the repository Azure/aks-engine-azurestack, read before it is run
#   install-engine.sh ARCHIVE.tar.gz      a release brought here, for a Hub without Internet access
# Neither the project's installer nor its releases prove what was downloaded. Give the program's SHA-256, noted down where it was
# first looked at, in AKS_ENGINE_SHA256; without it this script prints the sum, to note down, and stops.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=../common.sh
source "$here/common.sh"

source_file="${1:-}"
folder="${AKSE_INSTALL_DIR:-/usr/local/bin}"
[ -r "$source_file" ] || refuse "name get-akse.sh or an archive of the release v$ENGINE_VERSION"

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

staging="$(mktemp -d)"
trap 'rm -rf "$staging"' EXIT
chmod 755 "$staging"
case "$source_file" in
  *.tar.gz)
    tar -C "$staging" -xzf "$source_file"
    program="$(find "$staging" -type f -name "$ENGINE" | head -n 1)"
    ;;
  *)
    AKSE_INSTALL_DIR="$staging" bash "$source_file" --version "v$ENGINE_VERSION" --no-sudo
    program="$staging/$ENGINE"
    ;;
esac
[ -f "$program" ] || fail "$source_file gave no $ENGINE"

sum="$(sha256sum "$program" | cut -d ' ' -f 1)"
[ -n "${AKS_ENGINE_SHA256:-}" ] || refuse "the program's SHA-256 is $sum: compare it, and run this again with AKS_ENGINE_SHA256 set to it"
[ "$sum" = "$AKS_ENGINE_SHA256" ] || refuse "the program's SHA-256 is $sum, not $AKS_ENGINE_SHA256"
"${as_root[@]}" install -m 755 "$program" "$folder/$ENGINE"
PATH="$folder:$PATH" check_engine
need age az flock jq shred
say "$ENGINE $ENGINE_VERSION is in $folder"
