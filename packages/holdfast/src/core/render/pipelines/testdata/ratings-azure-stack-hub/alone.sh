#!/usr/bin/env bash
# Refuses while an older run of this pipeline is under way: two at once would change two sites at once.
# Environment: what Azure Pipelines sets, and SYSTEM_ACCESSTOKEN.
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
need curl jq
given() { # given NAME...: variables of whoever calls
  local name
  for name in "$@"; do
    case "${!name:-}" in "" | \$\(*) refuse "set $name" ;; esac
  done
}

given SYSTEM_ACCESSTOKEN SYSTEM_COLLECTIONURI SYSTEM_TEAMPROJECTID SYSTEM_DEFINITIONID BUILD_BUILDID
runs="$(printf 'header = "Authorization: Bearer %s"\n' "$SYSTEM_ACCESSTOKEN" |
  curl --config - --silent --show-error --fail --retry 3 --max-time 60 \
    "${SYSTEM_COLLECTIONURI%/}/$SYSTEM_TEAMPROJECTID/_apis/build/builds?definitions=$SYSTEM_DEFINITIONID&statusFilter=inProgress&api-version=6.0")"
older="$(jq --raw-output --argjson this "$BUILD_BUILDID" '[.value[] | select(.id < $this) | .buildNumber] | join(", ")' <<< "$runs")"
[ -z "$older" ] || refuse "$older is under way, perhaps waiting for a person: let it end or cancel it, then run this one again"
