# The verbs, each through the CIM cmdlet for it. Every function takes a request as it came in and gives JSON.

# Reads a text of a request; null where there is none.
function Get-Text($value) { if ($null -ne $value) { return ([string] $value).Substring(1) } }

# An instance that has its class and its keys and nothing more: what the cmdlets take for a path.
function New-CimKeyInstance($path) {
    $keys = @{}
    foreach ($key in $path.keys) { $keys[(Get-Text $key.name)] = ConvertFrom-Wire $key.type $key.value $false }
    $names = [string[]] @($keys.Keys)
    if ($names.Length -eq 0) { return New-CimInstance -ClientOnly -Namespace (Get-Text $path.namespace) -ClassName (Get-Text $path.className) -ErrorAction Stop }
    return New-CimInstance -ClientOnly -Namespace (Get-Text $path.namespace) -ClassName (Get-Text $path.className) -Key $names -Property $keys -ErrorAction Stop
}

# Opens the one session of this worker. A name and a password come through the pipe and stay in no variable.
function Open-Session($request) {
    $global:isLoadingModule = $true
    Import-Module CimCmdlets -ErrorAction Stop
    $global:isLoadingModule = $false
    $parameters = @{ ErrorAction = 'Stop'; OperationTimeoutSec = [uint32] (Get-Text $request.operationTimeoutSeconds) }
    if ($null -ne $request.computerName) { $parameters.ComputerName = Get-Text $request.computerName }
    if ($null -ne $request.authentication) { $parameters.Authentication = Get-Text $request.authentication }
    if ($null -ne $request.userName) {
        $password = [Security.SecureString]::new()
        foreach ($character in (Get-Text $request.password).ToCharArray()) { $password.AppendChar($character) }
        $parameters.Credential = [Management.Automation.PSCredential]::new((Get-Text $request.userName), $password)
    }
    $global:cimSession = New-CimSession @parameters
    # what every later cmdlet is given
    $global:onSession = @{ CimSession = $cimSession; ErrorAction = 'Stop'; OperationTimeoutSec = $parameters.OperationTimeoutSec }
    # instances that methods were invoked on, by their paths: one read for each, however many calls
    $global:methodTargets = @{}
    $json = [Text.StringBuilder]::new()
    [void] $json.Append('{"computerName":')
    Add-JsonText $json ([Environment]::MachineName)
    return $json.Append('}').ToString()
}

function Format-Instances($instances) {
    $json = [Text.StringBuilder]::new()
    $separator = '['
    foreach ($instance in $instances) {
        [void] $json.Append($separator)
        Add-JsonInstance $json $instance $false
        $separator = ','
    }
    if ($separator -eq '[') { return '[]' }
    return $json.Append(']').ToString()
}

function Invoke-Get($request) {
    Format-Instances @(Get-CimInstance -InputObject (New-CimKeyInstance $request.path) @onSession)
}

function Invoke-Query($request) {
    Format-Instances @(Get-CimInstance -Query (Get-Text $request.wql) -Namespace (Get-Text $request.namespace) @onSession)
}

# How many methods the first instance declares: a session may bring instances without declarations.
function Measure-Methods($request) {
    $found = @(Get-CimInstance -Query (Get-Text $request.wql) -Namespace (Get-Text $request.namespace) @onSession)
    $count = 0
    if ($found.Length -gt 0) { foreach ($method in $found[0].CimClass.CimClassMethods) { $count++ } }
    return '{"methods":' + $count + '}'
}

function Invoke-Associators($request) {
    $narrow = @{ Association = Get-Text $request.associationClass }
    if ($null -ne $request.resultClass) { $narrow.ResultClassName = Get-Text $request.resultClass }
    Format-Instances @(Get-CimAssociatedInstance -InputObject (New-CimKeyInstance $request.path) @narrow @onSession)
}

function Invoke-Method($request) {
    $methodName = Get-Text $request.methodName
    $identity = Get-Text $request.identity
    $declared = $false
    # a path without keys names the class: the method is static
    if (@($request.path.keys).Count -eq 0) { $invoked = @{ ClassName = Get-Text $request.path.className; Namespace = Get-Text $request.path.namespace } }
    else {
        $target = $methodTargets[$identity]
        if ($null -eq $target) {
            $target = Get-CimInstance -InputObject (New-CimKeyInstance $request.path) @onSession
            if ($methodTargets.Count -ge 32) { $methodTargets.Clear() }
            $methodTargets[$identity] = $target
        }
        foreach ($method in $target.CimClass.CimClassMethods) { if ($method.Name -eq $methodName) { $declared = $true } }
        $invoked = @{ InputObject = $target }
    }
    $arguments = @{}
    foreach ($parameter in $request.parameters) {
        $arguments[(Get-Text $parameter.name)] = ConvertFrom-Wire $parameter.type $parameter.value $declared
    }
    try { $result = Invoke-CimMethod @invoked -MethodName $methodName -Arguments $arguments -Confirm:$false @onSession }
    catch {
        $methodTargets.Remove($identity)
        throw
    }
    $json = [Text.StringBuilder]::new()
    $separator = '{'
    foreach ($property in $result.PSObject.Properties) {
        if ($property.Name -eq 'PSComputerName') { continue }
        [void] $json.Append($separator).Append('"').Append($property.Name).Append('":')
        Add-JsonValue $json $property.Value $false
        $separator = ','
    }
    if ($separator -eq '{') { return '{}' }
    return $json.Append('}').ToString()
}

# What went wrong, in numbers and names that no language changes; the text is for people only.
function Format-Failure($record) {
    $exception = $record.Exception
    $isCim = $exception.GetType().Name -eq 'CimException'
    $facts = [ordered] @{
        type = $exception.GetType().FullName
        id = $record.FullyQualifiedErrorId
        text = $exception.Message
        messageId = if ($isCim) { $exception.MessageId }
        nativeErrorCode = if ($isCim) { [int] $exception.NativeErrorCode }
        errorCode = if ($isCim -and $null -ne $exception.ErrorData) { $exception.ErrorData.error_Code }
        isModule = [bool] $isLoadingModule
    }
    return Format-Facts $facts
}
