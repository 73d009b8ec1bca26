# Makes the groups of the fleet file in Active Directory, nests them, and prints their ids.
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
    @{ Name = 'K8s Cluster Contributor'; SamAccountName = 'K8s Cluster Contributor'; Description = 'Builds and repairs every cluster'; Includes = @() }
    @{ Name = 'Fort West K8s Cluster Contributor'; SamAccountName = 'Fort West K8s Cluster Contributor'; Description = 'Builds and repairs the cluster in Fort West'; Includes = @('K8s Cluster Contributor') }
    @{ Name = 'Fort East K8s Cluster Contributor'; SamAccountName = 'Fort East K8s Cluster Contributor'; Description = 'Builds and repairs the cluster in Fort East'; Includes = @('K8s Cluster Contributor') }
    @{ Name = 'Ratings Operators'; SamAccountName = 'Ratings Operators'; Description = 'Runs the application'; Includes = @() }
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
