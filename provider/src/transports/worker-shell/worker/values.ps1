# Values between this worker's JSON and .NET. For Windows PowerShell 5.1 and PowerShell 7 alike; ASCII only.
#
# Coming in, every scalar is a text that begins with '=': ConvertFrom-Json makes a date of a text that looks like one, and
# rounds large numbers. Going out, the JSON is written here: ConvertTo-Json of 5.1 wraps arrays, and is slow.

$invariant = [Globalization.CultureInfo]::InvariantCulture

# CIM types that .NET has by another name. Any other (an embedded instance) comes as its CIM-XML text.
$netTypes = @{
    boolean = [bool]; char16 = [char]; datetime = [object]; real32 = [single]; real64 = [double]
    uint8 = [byte]; uint16 = [uint16]; uint32 = [uint32]; uint64 = [uint64]
    sint8 = [sbyte]; sint16 = [int16]; sint32 = [int32]; sint64 = [int64]
}

# DSP0004 text to what the CIM cmdlets take: an interval becomes a TimeSpan, a point in time a DateTime.
function ConvertFrom-CimDateTime([string] $text) {
    if ($text[21] -eq ':') {
        $span = [TimeSpan]::new([int] $text.Substring(0, 8), [int] $text.Substring(8, 2), [int] $text.Substring(10, 2), [int] $text.Substring(12, 2))
        return $span.Add([TimeSpan]::FromTicks([long] $text.Substring(15, 6) * 10))
    }
    $time = [DateTime]::ParseExact($text.Substring(0, 21), 'yyyyMMddHHmmss.ffffff', $invariant, 'AssumeUniversal, AdjustToUniversal')
    return $time.AddMinutes(-[int] $text.Substring(21))
}

# One value that came in, as the .NET type that belongs to its CIM type.
#
# A reference goes as a plain instance where the cmdlet knows the method's declaration, else as [ref]: where it doesn't, a
# plain instance would go as an embedded one (PowerShell, CimInvokeCimMethod.cs, CreateParametersCollection).
function ConvertFrom-Wire([string] $type, $value, [bool] $declared) {
    if ($null -eq $value) { return $null }
    if ($type.EndsWith('[]')) {
        $element = $type.Substring(0, $type.Length - 2)
        $net = if ($element.StartsWith('ref')) { [object] } elseif ($netTypes[$element]) { $netTypes[$element] } else { [string] }
        $array = [Array]::CreateInstance($net, @($value).Count)
        for ($at = 0; $at -lt $array.Length; $at++) { $array[$at] = ConvertFrom-Wire $element @($value)[$at] $declared }
        return , $array
    }
    if ($type.StartsWith('ref')) {
        $instance = New-CimKeyInstance $value
        if ($declared) { return $instance }
        return [ref] $instance
    }
    $text = ([string] $value).Substring(1)
    if ($type -eq 'datetime') { return ConvertFrom-CimDateTime $text }
    if ($netTypes[$type]) { return [Convert]::ChangeType($text, $netTypes[$type], $invariant) }
    return $text
}

$controlCharacters = [regex] '[\x00-\x1f]'
$escapeCharacter = [Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int] $match.Value[0] }

function Add-JsonText($json, [string] $text) {
    $escaped = $text.Replace('\', '\\').Replace('"', '\"')
    if ($controlCharacters.IsMatch($escaped)) { $escaped = $controlCharacters.Replace($escaped, $escapeCharacter) }
    [void] $json.Append('"').Append($escaped).Append('"')
}

# Any value a CIM cmdlet hands out. What JSON has no form for is an object with one member that names its kind.
function Add-JsonValue($json, $value, [bool] $embedded) {
    if ($null -eq $value) { [void] $json.Append('null') }
    elseif ($value -is [string]) { Add-JsonText $json $value }
    elseif ($value -is [bool]) { [void] $json.Append($(if ($value) { 'true' } else { 'false' })) }
    elseif ($value -is [array]) {
        $separator = '['
        foreach ($item in $value) {
            [void] $json.Append($separator)
            Add-JsonValue $json $item $embedded
            $separator = ','
        }
        [void] $json.Append($(if ($value.Length -eq 0) { '[]' } else { ']' }))
    }
    elseif ($value -is [uint64] -or $value -is [int64]) { [void] $json.Append('{"integer":"').Append($value.ToString($invariant)).Append('"}') }
    elseif ($value -is [DateTime]) { Add-JsonText $json ($value.ToUniversalTime().ToString('yyyyMMddHHmmss.ffffff', $invariant) + '+000') }
    elseif ($value -is [TimeSpan]) {
        $parts = $value.Days, $value.Hours, $value.Minutes, $value.Seconds, [long] (($value.Ticks % 10000000 - $value.Ticks % 10) / 10)
        Add-JsonText $json ([string]::Format($invariant, '{0:00000000}{1:00}{2:00}{3:00}.{4:000000}:000', [object[]] $parts))
    }
    elseif ($value -is [char]) { Add-JsonText $json ([string] $value) }
    elseif ($null -ne $value.CimSystemProperties) {
        [void] $json.Append($(if ($embedded) { '{"embedded":' } else { '{"reference":' }))
        Add-JsonInstance $json $value $embedded
        [void] $json.Append('}')
    }
    elseif ($value -is [single] -or $value -is [double]) { [void] $json.Append($value.ToString('R', $invariant)) }
    else { [void] $json.Append(([IFormattable] $value).ToString($null, $invariant)) }
}

# One instance: its class, its namespace, its properties, the names of its keys where it knows them, and types where they are asked for.
function Add-JsonInstance($json, $instance, [bool] $typed) {
    $system = $instance.CimSystemProperties
    [void] $json.Append('{"className":')
    Add-JsonText $json $system.ClassName
    [void] $json.Append(',"namespace":')
    Add-JsonValue $json $system.Namespace
    $separator = ',"properties":{'
    $keys = [Text.StringBuilder]::new()
    $types = [Text.StringBuilder]::new()
    foreach ($property in $instance.CimInstanceProperties) {
        $name = $property.Name
        $value = $property.Value
        [void] $json.Append($separator).Append('"').Append($name).Append('":')
        if ($null -eq $value) { [void] $json.Append('null') }
        elseif ($value -is [string]) { Add-JsonText $json $value }
        else { Add-JsonValue $json $value ($property.CimType -match '^Instance') }
        # CimFlags.Key is 4096
        if ([long] $property.Flags -band 4096) { [void] $keys.Append(',"').Append($name).Append('"') }
        if ($typed) { [void] $types.Append(',"').Append($name).Append('":"').Append($property.CimType).Append('"') }
        $separator = ','
    }
    if ($separator -ne ',') { [void] $json.Append($separator) }
    [void] $json.Append('},"keys":[').Append($(if ($keys.Length) { $keys.ToString(1, $keys.Length - 1) })).Append(']')
    if ($typed) { [void] $json.Append(',"types":{').Append($(if ($types.Length) { $types.ToString(1, $types.Length - 1) })).Append('}') }
    [void] $json.Append('}')
}

# What is known of something, as a JSON object; the names are ours, so they need no escaping.
function Format-Facts($facts) {
    $json = [Text.StringBuilder]::new()
    $separator = '{'
    foreach ($name in $facts.Keys) {
        [void] $json.Append($separator).Append('"').Append($name).Append('":')
        Add-JsonValue $json $facts[$name] $false
        $separator = ','
    }
    return $json.Append('}').ToString()
}
