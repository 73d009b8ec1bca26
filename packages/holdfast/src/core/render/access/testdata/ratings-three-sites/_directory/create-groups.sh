#!/usr/bin/env bash
# Makes the groups of the fleet file in Azure AD, nests them, and prints their ids for the fleet file (access.groups[].objectId).
# Sign in before: az login, to the directory that all Hubs use, as someone with Group.ReadWrite.All. Safe to run again: groups
# and members that are there stay, and nothing is ever removed.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
command -v az > /dev/null || refuse "this machine has no az"
# Which cloud it is, the az CLI knows.
graph="$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)"
graph="${graph%/}/v1.0"
declare -A ids=()

group() { # group NAME FILTER BODY
  local found
  found="$(az rest --method GET --url "$graph/groups" --uri-parameters "\$filter=$2" "\$select=id" --query 'value[].id' --output tsv)"
  case "$(printf '%s' "$found" | grep -c . || true)" in
    0)
      found="$(az rest --method POST --url "$graph/groups" --headers Content-Type=application/json --body "$3" --query id --output tsv)"
      say "made $1"
      ;;
    1) say "there: $1" ;;
    *) refuse "the directory has more than one group $1: rename the others" ;;
  esac
  ids["$1"]="$found"
}

member() { # member GROUP MEMBER: who is in MEMBER is in GROUP
  local group="${ids[$1]}" member="${ids[$2]}" members
  # Whole before it is searched: a reader that stops early would look like a member that is not there.
  members="$(az rest --method GET --url "$graph/groups/$group/members" --uri-parameters "\$select=id" "\$top=999" --query 'value[].id' --output tsv)"
  if grep -qxF -e "$member" <<< "$members"; then return 0; fi
  az rest --method POST --url "$graph/groups/$group/members/\$ref" --headers Content-Type=application/json \
    --body "{\"@odata.id\": \"$graph/directoryObjects/$member\"}" --output none
  say "$2 is now a member of $1"
}

group 'K8s Cluster Contributor' 'displayName eq '\''K8s Cluster Contributor'\''' '{"displayName":"K8s Cluster Contributor","description":"Builds and repairs every cluster","mailEnabled":false,"mailNickname":"K8s-Cluster-Contributor","securityEnabled":true}'
group 'Seattle K8s Cluster Contributor' 'displayName eq '\''Seattle K8s Cluster Contributor'\''' '{"displayName":"Seattle K8s Cluster Contributor","description":"Builds and repairs the cluster in Seattle","mailEnabled":false,"mailNickname":"Seattle-K8s-Cluster-Contributor","securityEnabled":true}'
group 'Orlando K8s Cluster Contributor' 'displayName eq '\''Orlando K8s Cluster Contributor'\''' '{"displayName":"Orlando K8s Cluster Contributor","description":"Builds and repairs the cluster in Orlando","mailEnabled":false,"mailNickname":"Orlando-K8s-Cluster-Contributor","securityEnabled":true}'
group 'Denver K8s Cluster Contributor' 'displayName eq '\''Denver K8s Cluster Contributor'\''' '{"displayName":"Denver K8s Cluster Contributor","description":"Builds and repairs the cluster in Denver","mailEnabled":false,"mailNickname":"Denver-K8s-Cluster-Contributor","securityEnabled":true}'
group 'Ratings Operators' 'displayName eq '\''Ratings Operators'\''' '{"displayName":"Ratings Operators","description":"Runs the application","mailEnabled":false,"mailNickname":"Ratings-Operators","securityEnabled":true}'

member 'Seattle K8s Cluster Contributor' 'K8s Cluster Contributor'
member 'Orlando K8s Cluster Contributor' 'K8s Cluster Contributor'
member 'Denver K8s Cluster Contributor' 'K8s Cluster Contributor'

say "for the fleet file:"
for name in 'K8s Cluster Contributor' 'Seattle K8s Cluster Contributor' 'Orlando K8s Cluster Contributor' 'Denver K8s Cluster Contributor' 'Ratings Operators'; do
  printf '%s\t%s\n' "${ids[$name]}" "$name"
done
