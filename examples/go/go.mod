module web-tier

go 1.24

require (
	example.com/pulumi-hyperv-snapshots/sdk/go v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)
