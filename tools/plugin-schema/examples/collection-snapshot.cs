using System.Collections.Generic;
using Pulumi;
using Pulumi.HypervSnapshots;

return await Deployment.RunAsync(() =>
{
    var before = new CollectionSnapshot("before-upgrade", new()
    {
        Collection = "web-tier",
        Triggers = new[] { "2.1.0" }, // a new version takes a new snapshot
    });

    return new Dictionary<string, object?> { ["reference"] = before.ResultingSnapshotCollection };
});
