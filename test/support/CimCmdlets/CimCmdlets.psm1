# Stands in for Windows' module of this name; README.md says what it models, and after which source.

. "$PSScriptRoot/instances.ps1"

# The simulated host: a line of JSON there, a line of JSON back, on the loopback interface.
$address, $port = $env:TEST_CIM_HOST.Split(':')
$client = [Net.Sockets.TcpClient]::new($address, [int] $port)
$client.NoDelay = $true
$reader = [IO.StreamReader]::new($client.GetStream(), [Text.UTF8Encoding]::new($false), $false, 65536)
$writer = [IO.StreamWriter]::new($client.GetStream(), [Text.UTF8Encoding]::new($false), 65536)
$writer.AutoFlush = $true
$writer.NewLine = "`n"

class HostRefusal : Exception {
    $Facts
    HostRefusal([string] $text, $facts) : base($text) { $this.Facts = $facts }
}

function Send-ToHost($request) {
    # what providers, profiles and other programs print unasked
    if ($env:TEST_CIM_NOISE) {
        [Console]::Out.WriteLine('A banner.')
        [Console]::Error.WriteLine('A complaint.')
        Write-Host 'A remark.'
        Write-Warning 'A warning.'
        [Console]::Out.Write('half a line ')
    }
    $writer.WriteLine((ConvertTo-Json -InputObject $request -Compress -Depth 16))
    $answer = ConvertFrom-Json $reader.ReadLine()
    if ($null -ne $answer.refusal) { throw [HostRefusal]::new($answer.refusal.text.Substring(1), $answer.refusal) }
    return $answer
}

# The error record of a refusal, as the real cmdlets write it (PowerShell/PowerShell#15799 shows one).
function New-CimErrorRecord($refusal, $target) {
    $exception = [Microsoft.Management.Infrastructure.CimException]::new($refusal.Message)
    $members = ([psobject] $exception).PSObject.Members
    $native = [Microsoft.Management.Infrastructure.NativeErrorCode] [int] $refusal.Facts.nativeErrorCode
    $messageId = if ($null -ne $refusal.Facts.hresult) { 'HRESULT 0x{0:x8}' -f [uint32] $refusal.Facts.hresult } else { "MI RESULT $([int] $native)" }
    $data = if ($null -ne $refusal.Facts.hresult) { [pscustomobject] @{ error_Code = [uint32] $refusal.Facts.hresult } }
    $members.Add([psnoteproperty]::new('NativeErrorCode', $native))
    $members.Add([psnoteproperty]::new('MessageId', $messageId))
    $members.Add([psnoteproperty]::new('StatusCode', [uint32] 0))
    $members.Add([psnoteproperty]::new('ErrorData', $data))
    return [Management.Automation.ErrorRecord]::new($exception, $messageId, 'NotSpecified', $target)
}

function New-CimSession {
    [CmdletBinding(DefaultParameterSetName = 'CredentialParameterSet')]
    param(
        [Parameter(ParameterSetName = 'CredentialParameterSet')] [ValidateSet('Default', 'Digest', 'Negotiate', 'Basic', 'Kerberos', 'NtlmDomain', 'CredSsp')] [string] $Authentication,
        [Parameter(ParameterSetName = 'CredentialParameterSet', Position = 1)] [pscredential] $Credential,
        [Parameter(Position = 0)] [string] $ComputerName,
        [uint32] $OperationTimeoutSec
    )
    $userName = if ($Credential) { $Credential.UserName }
    $password = if ($Credential) { $Credential.GetNetworkCredential().Password }
    try { $null = Send-ToHost @{ verb = 'connect'; shell = $PID; computerName = $ComputerName; authentication = $Authentication; userName = $userName; password = $password } }
    catch [HostRefusal] { $PSCmdlet.WriteError((New-CimErrorRecord $_.Exception $null)); return }
    $protocol = if ($ComputerName) { 'WSMAN' } else { 'DCOM' }
    [pscustomobject] @{ PSTypeName = 'Microsoft.Management.Infrastructure.CimSession'; Id = 1; Name = 'CimSession1'; InstanceId = [guid]::NewGuid(); ComputerName = $ComputerName; Protocol = $protocol }
}

function New-CimInstance {
    [CmdletBinding(DefaultParameterSetName = 'ClassNameComputerSet')]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $ClassName,
        [string[]] $Key,
        [string] $Namespace = 'root/cimv2',
        [Parameter(Position = 1)] [Collections.IDictionary] $Property = @{},
        [Parameter(Mandatory)] [switch] $ClientOnly
    )
    $properties = [Collections.Generic.List[object]]::new()
    foreach ($name in $Property.Keys) {
        $made = [CimProperty]::new()
        $made.Name = $name
        $made.CimType = $cimTypes[(Get-InferredType $Property[$name])]
        $made.Flags = if ($Key -contains $name) { $keyFlags } else { $propertyFlags }
        $made.Value = if ($Property[$name] -is [ref]) { $Property[$name].Value } else { $Property[$name] }
        $properties.Add($made)
    }
    New-StandInInstance $ClassName $Namespace $null $properties
}

function Get-CimInstance {
    [CmdletBinding(DefaultParameterSetName = 'ClassNameSessionSet')]
    param(
        [Parameter(Mandatory)] $CimSession,
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'ClassNameSessionSet')] [string] $ClassName,
        [Parameter(ParameterSetName = 'ClassNameSessionSet')] [string] $Filter,
        [Parameter(Mandatory, ParameterSetName = 'QuerySessionSet')] [string] $Query,
        [Parameter(ParameterSetName = 'ClassNameSessionSet')] [Parameter(ParameterSetName = 'QuerySessionSet')] [string] $Namespace = 'root/cimv2',
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'CimInstanceSessionSet')] $InputObject,
        [uint32] $OperationTimeoutSec
    )
    $request = if ($InputObject) { @{ verb = 'get'; path = ConvertTo-HostPath $InputObject } }
    elseif ($Query) { @{ verb = 'query'; wql = $Query; namespace = $Namespace } }
    else { @{ verb = 'query'; wql = "SELECT * FROM $ClassName$(if ($Filter) { " WHERE $Filter" })"; namespace = $Namespace } }
    try { foreach ($raw in (Send-ToHost $request).instances) { ConvertFrom-HostInstance $raw $false } }
    catch [HostRefusal] { $PSCmdlet.WriteError((New-CimErrorRecord $_.Exception $InputObject)) }
}

function Get-CimAssociatedInstance {
    [CmdletBinding(DefaultParameterSetName = 'SessionSet')]
    param(
        [Parameter(Mandatory)] $CimSession,
        [Parameter(Mandatory, Position = 0)] $InputObject,
        [Parameter(Position = 1)] [string] $Association,
        [string] $ResultClassName,
        [string] $Namespace,
        [uint32] $OperationTimeoutSec
    )
    $request = @{ verb = 'associators'; path = ConvertTo-HostPath $InputObject; association = $Association; resultClass = $ResultClassName }
    try { foreach ($raw in (Send-ToHost $request).instances) { ConvertFrom-HostInstance $raw $false } }
    catch [HostRefusal] { $PSCmdlet.WriteError((New-CimErrorRecord $_.Exception $InputObject)) }
}

function Invoke-CimMethod {
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'CimInstanceSessionSet')]
    param(
        [Parameter(Mandatory)] $CimSession,
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'CimInstanceSessionSet')] $InputObject,
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'ClassNameSessionSet')] [string] $ClassName,
        [Parameter(ParameterSetName = 'ClassNameSessionSet')] [string] $Namespace = 'root/cimv2',
        [Parameter(Mandatory, Position = 1)] [string] $MethodName,
        [Parameter(Position = 2)] [Collections.IDictionary] $Arguments = @{},
        [uint32] $OperationTimeoutSec
    )
    # a class that is only named has no declarations here, as in the real cmdlet
    if ($ClassName) { $InputObject = New-StandInInstance $ClassName $Namespace $null @() }
    $declaration = $InputObject.CimClass.CimClassMethods.Where({ $_.Name -eq $MethodName })[0]
    $parameters = [Collections.Generic.List[object]]::new()
    foreach ($name in $Arguments.Keys) {
        $value = $Arguments[$name]
        $type = Get-InferredType $value
        if ($declaration) {
            $parameter = $declaration.Parameters.Where({ $_.Name -eq $name })[0]
            if (-not $parameter) { throw [ArgumentException]::new("Unable to find parameter $name of the method $MethodName of the class.") }
            # the declared type counts and the value goes as it is: it has to be of that type already
            $fits = $null -eq $value -or "$($parameter.CimType)" -eq $type -or ($parameter.CimType -eq 'Reference' -and $type -eq 'Instance')
            if (-not $fits -or $value -is [ref]) { throw [InvalidCastException]::new("Unable to cast $type to $($parameter.CimType) for $name.") }
            $type = "$($parameter.CimType)"
        }
        $parameters.Add(@{ name = $name; type = $type; value = ConvertTo-HostValue $type $value })
    }
    if (-not $PSCmdlet.ShouldProcess($InputObject.CimSystemProperties.ClassName, $MethodName)) { return }
    $request = @{ verb = 'invokeMethod'; path = ConvertTo-HostPath $InputObject; methodName = $MethodName; parameters = $parameters.ToArray() }
    try { $answer = Send-ToHost $request }
    catch [HostRefusal] { $PSCmdlet.WriteError((New-CimErrorRecord $_.Exception $InputObject)); return }
    $result = [psobject]::new()
    foreach ($entry in $answer.out) { $result.PSObject.Properties.Add([psnoteproperty]::new($entry[0].Substring(1), (ConvertFrom-HostValue $entry[1].Substring(1) $entry[2]))) }
    $result.PSObject.Properties.Add([psnoteproperty]::new('PSComputerName', $CimSession.ComputerName))
    $result.PSTypeNames.Insert(0, 'Microsoft.Management.Infrastructure.CimMethodResult')
    $result.PSTypeNames.Insert(0, "Microsoft.Management.Infrastructure.CimMethodResult#$($InputObject.CimSystemProperties.ClassName)#$MethodName")
    $result
}

Export-ModuleMember -Function New-CimSession, New-CimInstance, Get-CimInstance, Get-CimAssociatedInstance, Invoke-CimMethod
