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
        'countMethods' { return Measure-Methods $request }
        'associators' { return Invoke-Associators $request }
        'invokeMethod' { return Invoke-Method $request }
    }
    throw "There is no verb $($request.verb)."
}

# Reads standard input on a thread of its own: its end ends this process, also while a call hangs. So does silence for longer than
# the lease, in milliseconds (0: none): a client that is frozen, or whose connection broke unnoticed, must leave nothing behind.
function Start-Listener([int] $lease) {
    $state = [Management.Automation.Runspaces.InitialSessionState]::Create()
    $state.LanguageMode = 'FullLanguage'
    $runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $listener = [Management.Automation.PowerShell]::Create()
    $listener.Runspace = $runspace
    $reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.Encoding]::ASCII, $false, 65536)
    $lines = [Collections.Concurrent.BlockingCollection[string]]::new()
    [void] $listener.AddScript({
            param($reader, $lines, $wait)
            while ($true) {
                $reading = $reader.ReadLineAsync()
                if (-not $reading.Wait($wait) -or $null -eq $reading.Result) { [Environment]::Exit(0) }
                # an empty line is a sign of life
                if ($reading.Result.Length -gt 0) { $lines.Add($reading.Result) }
            }
        }.ToString())
    [void] $listener.AddArgument($reader).AddArgument($lines).AddArgument($(if ($lease -gt 0) { $lease } else { -1 })).BeginInvoke()
    return , $lines
}

function Start-Worker([string] $token, [int] $lease) {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = $WarningPreference = $VerbosePreference = $DebugPreference = $InformationPreference = 'SilentlyContinue'
    $lines = Start-Listener $lease
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
