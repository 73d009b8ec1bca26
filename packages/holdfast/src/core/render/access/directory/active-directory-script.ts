import type { Group } from "../../../spec/index.ts";

/** Groups of Active Directory, which AD FS puts into its tokens. */
export function activeDirectoryScript(groups: readonly Group[]): string {
  return `# Makes the groups of the fleet file in Active Directory, nests them, and prints their ids.
# Run it as someone who may make groups, on a machine with the ActiveDirectory module. Safe to run again: groups and members
# that are there stay, and nothing is ever removed. -WhatIf shows what it would do.
# Rendered by holdfast from the fleet file: change that one, and render again.
#Requires -Modules ActiveDirectory
[CmdletBinding(SupportsShouldProcess)]
param(
    # Distinguished name of the organisational unit for the groups; absent: the domain's default.
    [string] $Path
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$groups = @(
${groups.map(groupLine).join("\n")}
)

function Find-Group([string] $Name) {
    # Quotes inside a filter's text are doubled.
    $found = @(Get-ADGroup -Filter "Name -eq '$($Name.Replace("'", "''"))'" -Properties Description)
    if ($found.Count -gt 1) { throw "The directory has more than one group $Name." }
    if ($found.Count -eq 1) { return $found[0] }
}

foreach ($group in $groups) {
    if (-not (Find-Group $group.Name)) {
        $settings = @{
            Name           = $group.Name
            SamAccountName = $group.SamAccountName
            Description    = $group.Description
            GroupCategory  = 'Security'
            # A global group may be a member of another one of the same domain.
            GroupScope     = 'Global'
        }
        if ($Path) { $settings.Path = $Path }
        New-ADGroup @settings
    }
}

foreach ($group in $groups) {
    $parent = Find-Group $group.Name
    if (-not $parent) { continue } # Only with -WhatIf.
    $members = @(Get-ADGroupMember -Identity $parent | ForEach-Object { $_.ObjectGUID })
    foreach ($name in $group.Includes) {
        $member = Find-Group $name
        if ($member -and $members -notcontains $member.ObjectGUID) {
            Add-ADGroupMember -Identity $parent -Members $member
        }
    }
}

# AD FS tells a Hub of a group by its security identifier: role assignments on such a Hub may want that one as the object id.
foreach ($group in $groups) {
    Find-Group $group.Name | Select-Object Name, ObjectGUID, SID
}
`;
}

function groupLine({ name, purpose, includes }: Group): string {
  const nested = includes.length === 0 ? "@()" : `@(${includes.map(quote).join(", ")})`;
  return `    @{ Name = ${quote(name)}; SamAccountName = ${quote(accountName(name))}; Description = ${quote(purpose)}; Includes = ${nested} }`;
}

/** One word of PowerShell: it takes typographic quotes for quotes, too. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}

/** https://learn.microsoft.com/windows/win32/adschema/a-samaccountname: characters that it cannot have. */
function accountName(name: string): string {
  return name.replaceAll(/["/\\[\]:;|=,+*?<>@]/g, "-").slice(0, 256);
}
