import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claim } from "../../../../tools/pulumi-cli/claim";
import { isGone, ownIdentity } from "../../../../tools/pulumi-cli/process-identity";
import { temporaryFolder } from "../../../support/temporary-folder";

/** The pid of a process that has just ended. */
const gonePid = spawnSync(process.execPath, ["-e", ""]).pid;
const goneOwner = `${gonePid}-1@${hostname()}`;
const never = () => {
  throw new Error("There is nobody to wait for.");
};

describe("claim", () => {
  it("is free again once it is given up", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "claim");
    for (const _time of ["first", "second"]) {
      const giveUp = await claim(file, { onWait: never });
      expect(readFileSync(file, "utf8")).toBe(ownIdentity());
      await giveUp();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it("is taken over at once from an owner that is gone", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "claim");
    writeFileSync(file, goneOwner);
    const giveUp = await claim(file, { onWait: never });
    expect(readFileSync(file, "utf8")).toBe(ownIdentity());
    expect(readdirSync(folder)).toEqual(["claim"]);
    await giveUp();
  });

  it("waits for a living owner, saying for whom", async () => {
    const file = join(temporaryFolder(), "claim");
    const owner = ownIdentity();
    writeFileSync(file, owner);
    const waitedFor: string[] = [];
    let looks = 0;
    const pause = async () => {
      looks += 1;
      if (looks === 3) rmSync(file);
    };
    await claim(file, { onWait: (identity) => waitedFor.push(identity), pause });
    expect(waitedFor).toEqual([owner, owner, owner]);
  });

  it("stops waiting when it is aborted, and leaves the owner's claim alone", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "claim");
    writeFileSync(file, ownIdentity());
    const abortion = new AbortController();
    const waiting = claim(file, { onWait: () => abortion.abort(), abortSignal: abortion.signal });
    await expect(waiting).rejects.toThrow("aborted");
    expect(readdirSync(folder)).toEqual(["claim"]);
  });
});

describe("isGone", () => {
  it("knows this process to live, and one that ended to be gone", () => {
    expect(isGone(ownIdentity())).toBe(false);
    expect(isGone(goneOwner)).toBe(true);
  });

  it.skipIf(process.platform !== "linux")("is not deceived by a pid that is used again", () => {
    expect(isGone(`${process.pid}-1@${hostname()}`)).toBe(true);
  });

  it("can't know about another machine", () => {
    expect(isGone(`${gonePid}-1@elsewhere.example`)).toBe(false);
  });
});
