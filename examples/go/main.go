package main

import (
	"example.com/pulumi-hyperv-snapshots/sdk/go/hypervsnapshots"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		before, err := hypervsnapshots.NewCollectionSnapshot(ctx, "before-upgrade", &hypervsnapshots.CollectionSnapshotArgs{
			Collection: pulumi.String("web-tier"),
			Triggers:   pulumi.StringArray{pulumi.String("2.1.0")}, // a new version takes a new snapshot
		})
		if err != nil {
			return err
		}
		ctx.Export("reference", before.ResultingSnapshotCollection)
		return nil
	})
}
