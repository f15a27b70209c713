# Instances and their values, as far as a script can see them: the real classes can't be made outside Windows.

class CimProperty {
    [string] $Name
    $Value
    [Microsoft.Management.Infrastructure.CimType] $CimType
    [Microsoft.Management.Infrastructure.CimFlags] $Flags
}

$keyFlags = [Microsoft.Management.Infrastructure.CimFlags] 'Property, Key'
$propertyFlags = [Microsoft.Management.Infrastructure.CimFlags] 'Property'
$cimTypes = @{}
foreach ($name in [Enum]::GetNames([Microsoft.Management.Infrastructure.CimType])) { $cimTypes[$name] = [Microsoft.Management.Infrastructure.CimType] $name }

$netTypes = @{
    Boolean = [bool]; Char16 = [char]; Real32 = [single]; Real64 = [double]; String = [string]
    UInt8 = [byte]; UInt16 = [uint16]; UInt32 = [uint32]; UInt64 = [uint64]
    SInt8 = [sbyte]; SInt16 = [int16]; SInt32 = [int32]; SInt64 = [int64]
}
$invariant = [Globalization.CultureInfo]::InvariantCulture

# Instances of a class share its CimClass and their type names.
$classes = @{}

function Get-StandInClass([string] $className, [string] $namespace) {
    $known = $classes[$className]
    if ($null -ne $known) { return $known }
    $answer = Send-ToHost @{ verb = 'class'; className = $className }
    $methods = @(foreach ($method in $answer.methods) {
        [pscustomobject] @{
            Name = $method.name.Substring(1)
            Parameters = @(foreach ($parameter in $method.parameters) {
                [pscustomobject] @{ Name = $parameter.name.Substring(1); CimType = $cimTypes[$parameter.type.Substring(1)] }
            })
        }
    })
    $base = 'Microsoft.Management.Infrastructure.CimInstance'
    $chain = @(foreach ($name in $answer.chain) { $name.Substring(1) })
    $place = $namespace.Replace('\', '/')
    $typeNames = @(foreach ($name in $chain) { "$base#$place/$name" }) + @(foreach ($name in $chain) { "$base#$name" }) + $base
    $known = @{
        CimClass = [pscustomobject] @{ CimClassName = $className; CimClassMethods = $methods }
        TypeNames = [string[]] $typeNames
    }
    $classes[$className] = $known
    return $known
}

function New-StandInInstance([string] $className, $namespace, $serverName, $properties) {
    $instance = [psobject]::new()
    $members = $instance.PSObject.Properties
    foreach ($property in $properties) { $members.Add([psnoteproperty]::new($property.Name, $property.Value)) }
    $members.Add([psnoteproperty]::new('CimInstanceProperties', $properties))
    $members.Add([psnoteproperty]::new('CimSystemProperties', [pscustomobject] @{ Namespace = $namespace; ServerName = $serverName; ClassName = $className; Path = $null }))
    return $instance
}

# What the host answered: className, namespace, and properties as name, type, whether key, value.
function ConvertFrom-HostInstance($raw, [bool] $isReference) {
    $namespace = $raw.namespace.Substring(1)
    $className = $raw.className.Substring(1)
    $properties = [Collections.Generic.List[object]]::new()
    foreach ($entry in $raw.properties) {
        $property = [CimProperty]::new()
        $property.Name = $entry[0].Substring(1)
        $property.CimType = $cimTypes[$entry[1].Substring(1)]
        $property.Flags = if ($entry[2]) { $keyFlags } else { $propertyFlags }
        $property.Value = ConvertFrom-HostValue $entry[1].Substring(1) $entry[3]
        $properties.Add($property)
    }
    $instance = New-StandInInstance $className $namespace $raw.server.Substring(1) $properties
    # a reference has its keys only, and nothing is known of its class
    $class = if ($isReference) { $null } else { Get-StandInClass $className $namespace }
    $instance.PSObject.Properties.Add([psnoteproperty]::new('CimClass', $(if ($class) { $class.CimClass })))
    $typeNames = if ($class) { $class.TypeNames } else { @("Microsoft.Management.Infrastructure.CimInstance#$className", 'Microsoft.Management.Infrastructure.CimInstance') }
    for ($at = 0; $at -lt $typeNames.Length; $at++) { $instance.PSTypeNames.Insert($at, $typeNames[$at]) }
    return $instance
}

function ConvertFrom-HostValue([string] $type, $value) {
    if ($null -eq $value) { return $null }
    if ($type.EndsWith('Array')) {
        $element = $type.Substring(0, $type.Length - 5)
        $array = [Array]::CreateInstance($(if ($netTypes[$element]) { $netTypes[$element] } else { [object] }), @($value).Count)
        for ($at = 0; $at -lt $array.Length; $at++) { $array[$at] = ConvertFrom-HostValue $element @($value)[$at] }
        return , $array
    }
    if ($type -eq 'Reference' -or $type -eq 'Instance') { return ConvertFrom-HostInstance $value ($type -eq 'Reference') }
    $text = $value.Substring(1)
    if ($type -eq 'String') { return $text }
    if ($type -ne 'DateTime') { return [Convert]::ChangeType($text, $netTypes[$type], $invariant) }
    if ($text[21] -eq ':') {
        $span = [TimeSpan]::new([int] $text.Substring(0, 8), [int] $text.Substring(8, 2), [int] $text.Substring(10, 2), [int] $text.Substring(12, 2))
        return $span.Add([TimeSpan]::FromTicks([long] $text.Substring(15, 6) * 10))
    }
    return [DateTime]::ParseExact($text.Substring(0, 21), 'yyyyMMddHHmmss.ffffff', $invariant, 'AssumeUniversal')
}

# The CIM type that a .NET value goes as where nothing is declared (CimConverter in PowerShell's CimCmdlets).
function Get-InferredType($value) {
    if ($null -eq $value) { return 'String' }
    if ($value -is [ref]) { return 'Reference' }
    if ($value -is [array]) {
        $first = if ($value.Length -gt 0) { $value[0] } else { '' }
        return "$(Get-InferredType $first)Array"
    }
    if ($null -ne $value.CimSystemProperties) { return 'Instance' }
    if ($value -is [DateTime] -or $value -is [TimeSpan]) { return 'DateTime' }
    foreach ($name in $netTypes.Keys) { if ($value.GetType() -eq $netTypes[$name]) { return $name } }
    throw [InvalidCastException]::new("$($value.GetType().FullName) isn't a CIM type.")
}

# A value as the host reads it: its CIM type, and a text, or a path.
function ConvertTo-HostValue([string] $type, $value) {
    if ($null -eq $value) { return $null }
    if ($value -is [ref]) { $value = $value.Value }
    if ($value -is [array]) {
        $items = [Collections.Generic.List[object]]::new()
        foreach ($item in $value) { $items.Add((ConvertTo-HostValue ($type -replace 'Array$') $item)) }
        return , $items.ToArray()
    }
    if ($null -ne $value.CimSystemProperties) { return ConvertTo-HostPath $value }
    if ($value -is [DateTime]) { return $value.ToUniversalTime().ToString('yyyyMMddHHmmss.ffffff', $invariant) + '+000' }
    if ($value -is [TimeSpan]) { return '{0:00000000}{1:00}{2:00}{3:00}.{4:000000}:000' -f $value.Days, $value.Hours, $value.Minutes, $value.Seconds, [long] (($value.Ticks % 10000000) / 10) }
    return [Convert]::ToString($value, $invariant)
}

function ConvertTo-HostPath($instance) {
    $keys = [Collections.Generic.List[object]]::new()
    foreach ($property in $instance.CimInstanceProperties) {
        if (-not ($property.Flags -band [Microsoft.Management.Infrastructure.CimFlags]::Key)) { continue }
        $keys.Add(@{ name = $property.Name; type = "$($property.CimType)"; value = ConvertTo-HostValue "$($property.CimType)" $property.Value })
    }
    return @{ className = $instance.CimSystemProperties.ClassName; namespace = $instance.CimSystemProperties.Namespace; keys = $keys.ToArray() }
}
