// A program that only imports Pulumi.
require("@pulumi/pulumi");
