import { expect, it } from "vitest";
import { drawHost } from "../../../../tools/demo/draw-host";

it("draws groups, their machines, and under each machine its snapshots", () => {
  const snapshot = { id: "1", name: "before", createdAt: "2026-11-23T06:42:00.000Z", snapshotCollectionId: "2" };
  const machine = { id: "3", state: "running" as const };
  expect(
    drawHost({
      hostName: "HV-TEST",
      groups: [
        {
          id: "4",
          name: "web-tier",
          machines: [
            { ...machine, name: "web-01", snapshots: [snapshot] },
            { ...machine, name: "web-02", snapshots: [] },
          ],
        },
      ],
      otherMachines: [{ ...machine, name: "build-01", state: "off", snapshots: [] }],
    }),
  ).toBe(
    [
      "HV-TEST (simulated)",
      "├─ VM group web-tier  {4}",
      "│  ├─ web-01  running",
      '│  │  └─ snapshot "before"  taken 2026-11-23 06:42:00 UTC',
      "│  └─ web-02  running",
      "└─ build-01  off",
    ].join("\n"),
  );
});
