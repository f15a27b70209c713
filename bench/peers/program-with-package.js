// The same program with this package.
require("@pulumi/pulumi");
require("pulumi-hyperv-snapshots");
