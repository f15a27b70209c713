@echo off
@node "%~dp0pulumi-resource-hyperv-snapshots" %*
