# The loop: one line in, one line out.
#
# A request is a line of data on standard input, "<number> <base64 of JSON>"; no part of it is ever script text, so that it
# can't break out and no script log holds it. An answer is a line "#<token>:<number>:<base64 of JSON>". Bytes of ASCII go both
# ways, past the console's writers and readers, whose code page and line ends differ from host to host.

$output = [Console]::OpenStandardOutput()

function Write-Frame([string] $number, [string] $json) {
    $data = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))
    $bytes = [Text.Encoding]::ASCII.GetBytes('#' + $token + ':' + $number + ':' + $data + "`n")
    $output.Write($bytes, 0, $bytes.Length)
    $output.Flush()
}

function Invoke-Request($request) {
    switch ($request.verb) {
        'describe' { return Get-ShellFacts }
        'open' { return Open-Session $request }
        'get' { return Invoke-Get $request }
        'query' { return Invoke-Query $request }
        'associators' { return Invoke-Associators $request }
        'invokeMethod' { return Invoke-Method $request }
    }
    throw "There is no verb $($request.verb)."
}

# Reads standard input on a thread of its own, so that its end is noticed, and ends this process, while a call hangs.
function Start-Listener {
    $state = [Management.Automation.Runspaces.InitialSessionState]::Create()
    $state.LanguageMode = 'FullLanguage'
    $runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $listener = [Management.Automation.PowerShell]::Create()
    $listener.Runspace = $runspace
    $reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.Encoding]::ASCII, $false, 65536)
    $lines = [Collections.Concurrent.BlockingCollection[string]]::new()
    [void] $listener.AddScript('param($reader, $lines) while ($true) { $line = $reader.ReadLine(); if ($null -eq $line) { [Environment]::Exit(0) }; $lines.Add($line) }')
    [void] $listener.AddArgument($reader).AddArgument($lines).BeginInvoke()
    return , $lines
}

function Start-Worker([string] $token) {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = $WarningPreference = $VerbosePreference = $DebugPreference = $InformationPreference = 'SilentlyContinue'
    $lines = Start-Listener
    Write-Frame '0' '{"answer":{"ready":true}}'
    while ($true) {
        $number, $data = $lines.Take().Split(' ')
        try {
            $request = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($data)))
            $json = '{"answer":' + (Invoke-Request $request) + '}'
        }
        catch { $json = '{"failure":' + (Format-Failure $_) + '}' }
        # a request may hold a password
        $data = $request = $null
        Write-Frame $number $json
    }
}
