# What kind of PowerShell this is, and as whom it runs. Asks no host.

# Groups that matter, by the ids that no language changes: Administrators, Hyper-V Administrators.
function Get-RightsOfShell {
    try {
        $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
        $principal = [Security.Principal.WindowsPrincipal]::new($identity)
        $isIn = { param($sid) $principal.IsInRole([Security.Principal.SecurityIdentifier]::new($sid)) }
        # a group that is only there to deny doesn't count, as in a shell that isn't elevated
        return @{ elevated = (& $isIn 'S-1-5-32-544'); hyperVAdministrator = (& $isIn 'S-1-5-32-578') }
    }
    # outside Windows
    catch { return @{ elevated = $null; hyperVAdministrator = $null } }
}

function Get-CimCmdletsProblem {
    try {
        Import-Module CimCmdlets -ErrorAction Stop
        return $null
    }
    catch { return $_ }
}

function Get-ShellFacts {
    $rights = Get-RightsOfShell
    $problem = Get-CimCmdletsProblem
    $facts = [ordered] @{
        edition = [string] $PSVersionTable.PSEdition
        version = [string] $PSVersionTable.PSVersion
        elevated = $rights.elevated
        hyperVAdministrator = $rights.hyperVAdministrator
        moduleProblem = if ($problem) { $problem.Exception.Message }
        moduleProblemId = if ($problem) { $problem.FullyQualifiedErrorId }
        processId = $PID
    }
    return Format-Facts $facts
}
