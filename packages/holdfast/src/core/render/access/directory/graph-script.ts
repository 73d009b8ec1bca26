import type { Group } from "../../../spec/index.ts";
import { shellQuote } from "../../formats/index.ts";

/** Groups of Azure AD, by Microsoft Graph: Resource Manager makes role assignments, but never groups. */
export function graphScript(groups: readonly Group[]): string {
  return `#!/usr/bin/env bash
# Makes the groups of the fleet file in Azure AD, nests them, and prints their ids for the fleet file (access.groups[].objectId).
# Sign in before: az login, to the directory that all Hubs use, as someone with Group.ReadWrite.All. Safe to run again: groups
# and members that are there stay, and nothing is ever removed.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail

say() { printf '%s\\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
command -v az > /dev/null || refuse "this machine has no az"
# Which cloud it is, the az CLI knows.
graph="$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)"
graph="\${graph%/}/v1.0"
declare -A ids=()

group() { # group NAME FILTER BODY
  local found
  found="$(az rest --method GET --url "$graph/groups" --uri-parameters "\\$filter=$2" "\\$select=id" --query 'value[].id' --output tsv)"
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
  local group="\${ids[$1]}" member="\${ids[$2]}" members
  # Whole before it is searched: a reader that stops early would look like a member that is not there.
  members="$(az rest --method GET --url "$graph/groups/$group/members" --uri-parameters "\\$select=id" "\\$top=999" --query 'value[].id' --output tsv)"
  if grep -qxF -e "$member" <<< "$members"; then return 0; fi
  az rest --method POST --url "$graph/groups/$group/members/\\$ref" --headers Content-Type=application/json \\
    --body "{\\"@odata.id\\": \\"$graph/directoryObjects/$member\\"}" --output none
  say "$2 is now a member of $1"
}

${groups.map((group) => `group ${[group.name, filterFor(group), bodyFor(group)].map(shellQuote).join(" ")}`).join("\n")}

${groups.flatMap(({ name, includes }) => includes.map((other) => `member ${shellQuote(name)} ${shellQuote(other)}`)).join("\n")}

say "for the fleet file:"
for name in ${groups.map(({ name }) => shellQuote(name)).join(" ")}; do
  printf '%s\\t%s\\n' "\${ids[$name]}" "$name"
done
`;
}

/** OData doubles quotes in text. */
function filterFor({ name }: Group): string {
  return `displayName eq '${name.replaceAll("'", "''")}'`;
}

function bodyFor(group: Group): string {
  return JSON.stringify({
    displayName: group.name,
    description: group.purpose,
    mailEnabled: false,
    mailNickname: nicknameOf(group.name),
    securityEnabled: true,
  });
}

/** Required though no mail is sent: at most 64 characters, none that an address cannot have. */
export function nicknameOf(name: string): string {
  const nickname = name.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return (nickname === "" ? "group" : nickname).slice(0, 64);
}
