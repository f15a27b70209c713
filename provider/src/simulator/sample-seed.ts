import type { Seed } from "./seed";

/** A sample host: a VM group of three running machines, and one machine without a group. */
export const sampleSeed: Seed = {
  hostName: "HV-SAMPLE",
  machines: [
    { name: "web-01", applicationVersion: "1.4.0" },
    { name: "web-02", applicationVersion: "1.4.0" },
    { name: "db-01", applicationVersion: "1.4.0" },
    { name: "build-01" },
  ],
  groups: [{ name: "web-tier", members: ["web-01", "web-02", "db-01"] }],
  jobs: { CreateSnapshot: { seconds: 5 }, DestroySnapshot: { seconds: 2 } },
};
