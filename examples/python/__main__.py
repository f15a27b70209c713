import pulumi
import pulumi_hyperv_snapshots as hyperv_snapshots

before = hyperv_snapshots.CollectionSnapshot(
    "before-upgrade",
    collection="web-tier",
    triggers=["2.1.0"],  # a new version takes a new snapshot
)

pulumi.export("reference", before.resulting_snapshot_collection)
