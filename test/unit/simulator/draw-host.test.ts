import { expect, it } from "vitest";
import { drawHost } from "../../../provider/src/simulator/index";

it("draws groups, their machines, and under each machine its snapshots", () => {
  const snapshot = {
    id: "1",
    name: "before",
    createdAt: "2026-11-23T06:42:00.000Z",
    snapshotCollectionId: "2",
    applicationVersion: "1.4.0",
  };
  const machine = { id: "3", state: "running" as const, applicationVersion: null };
  expect(
    drawHost({
      hostName: "HV-TEST",
      groups: [
        {
          id: "4",
          name: "web-tier",
          machines: [
            { ...machine, name: "web-01", applicationVersion: "2.0.0", snapshots: [snapshot] },
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
      "│  ├─ web-01  running  application 2.0.0",
      '│  │  └─ snapshot "before"  2026-11-23 06:42:00 UTC  application 1.4.0',
      "│  └─ web-02  running",
      "└─ build-01  off",
    ].join("\n"),
  );
});
