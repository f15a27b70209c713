// One of several processes that use one store at once: takes snapshots until it gets the signal to stop, and prints which.
const { SimulatedHost } = require("../../../provider/dist/simulator/index.js");

const [storeFile, count] = process.argv.slice(2);
const host = SimulatedHost.open({
  storeFile,
  // without members no limit of theirs is reached
  seed: { groups: [{ name: "g", members: [] }], options: { completion: "atOnce", emptyGroup: "accept" } },
});
const [service] = host.query("SELECT * FROM Msvm_CollectionSnapshotService");
const [group] = host.query("SELECT * FROM Msvm_VirtualSystemCollection");
for (let taken = 0; taken < Number(count); taken += 1) {
  const { outParameters } = host.invokeMethod(service.path, "CreateSnapshot", {
    Collection: group.path,
    SnapshotType: 1,
  });
  require("node:fs").writeSync(1, `${outParameters.ResultingSnapshotCollection.keys.CollectionID}\n`);
}
