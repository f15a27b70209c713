import { randomUUID } from "node:crypto";
import { CimInstancePath } from "../../cim/cim-instance-path";
import { addMember } from "../../hyperv/collection-management-service";
import { servicePath } from "../../hyperv/service-path";
import { snapshotCollectionPath } from "../../hyperv/snapshot-collection";
import { machinePath } from "../../hyperv/virtual-system-collection";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { CollectionType, ElementEffects } from "../../schema/value-maps";
import { accepted, refusalWord, returnWord } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";
import { groupNamePrefix, type ProbeScene } from "../probe-scene";
import { wordOfTrial } from "../snapshot-trial";
import { rowsOfJob } from "./first-snapshot";

/** What of groups isn't known. */
export const questionsOfGroups: readonly ProbeQuestion[] = [
  {
    id: "collectionIdForm",
    question: "How does the host write a CollectionID?",
    asked: "Reads the group: in upper or lower case, in braces or not.",
    option: "collectionIdForm",
    changesHost: false,
    ask: async ({ group, session, redactor }) => {
      const id = group.collectionId;
      if (!/[a-z]/i.test(id)) throw new NoAnswer("the group's id has no letters");
      const form = /[a-z]/.test(id) ? "lowerCase" : "upperCase";
      const instance = await session.get(group.path);
      const InstanceID = redactor.value(instance.properties["InstanceID"] ?? null);
      return { answer: id.startsWith("{") ? "braced" : form, observed: { InstanceID } };
    },
  },
  {
    id: "machineInTwoGroups",
    question: "May a machine be in two groups?",
    asked: "Makes a second group, and adds every member of the first to it.",
    changesHost: true,
    ask: async (scene) => {
      await scene.groupOf("all");
      return { answer: accepted };
    },
  },
  {
    id: "groupCompletion",
    question: "Does DefineCollection start a job, or is it done at once?",
    asked: "Makes an empty group, and checks whether the call returned 4096 or 0.",
    option: "groupCompletion",
    changesHost: true,
    ask: async (scene) => ({ answer: (await definedGroup(scene)).rows === null ? "atOnce" : "job" }),
  },
  {
    id: "groupResultRow",
    question: "Which affected elements does a finished DefineCollection job have?",
    asked: "Reads the Msvm_AffectedJobElement rows of that job.",
    option: "groupResultRow",
    changesHost: true,
    ask: async (scene) => {
      const { rows } = await definedGroup(scene);
      if (rows === null) throw new NoAnswer("the host was done at once, without a job");
      const made = rows.filter((row) => row.numbers("ElementEffects").includes(ElementEffects.Create));
      const isGroup = made.some(
        (row) => row.reference("AffectedElement")?.className === ClassName.virtualSystemCollection,
      );
      return { answer: isGroup ? "group" : "none", observed: { rows: rows.length, withEffect5: made.length } };
    },
  },
  {
    id: "membershipAsItIs",
    question: "What does AddMember return for a machine that is already a member?",
    asked: "Adds a machine to one of the probe's groups a second time.",
    option: "membershipAsItIs",
    changesHost: true,
    ask: async (scene) => {
      const group = await scene.groupOf("all");
      const [first] = scene.machinesFor("all");
      try {
        await addMember(scene.host, group, machinePath(first?.vmId ?? ""));
        return { answer: accepted };
      } catch (error) {
        return { answer: refusalWord(error) };
      }
    },
  },
  {
    id: "missingReference",
    question: "What does a method return for a reference to an object that doesn't exist?",
    asked: "Calls DestroySnapshot with a snapshot collection that doesn't exist.",
    option: "missingReference",
    changesHost: true,
    ask: async ({ session }) => {
      const AffectedSnapshotCollection = snapshotCollectionPath(randomUUID().toUpperCase());
      const service = await servicePath(session, ClassName.collectionSnapshotService);
      try {
        const { returnValue } = await session.invokeMethod(service, "DestroySnapshot", { AffectedSnapshotCollection });
        return { answer: returnWord(returnValue) };
      } catch (error) {
        return { answer: refusalWord(error) };
      }
    },
  },
  {
    id: "emptyGroup",
    question: "What does CreateSnapshot do with a group that has no members?",
    asked: "Calls it on an empty group that the probe makes.",
    option: "emptyGroup",
    changesHost: true,
    ask: async (scene) => wordOfTrial(scene, await scene.groupOf("none")),
  },
  {
    id: "managementCollection",
    question: "Does CreateSnapshot accept a group of groups (Msvm_ManagementCollection)?",
    asked: "Makes such a group around a group of running machines, and calls it on the outer one.",
    changesHost: true,
    ask: askOfManagementCollection,
  },
];

/** Makes a group of the probe's own. @returns The rows of its job; null without a job. */
function definedGroup(scene: ProbeScene) {
  return scene.once("defined group", async () => {
    const { session } = scene;
    const collectionId = randomUUID().toUpperCase();
    scene.ownGroups.push(collectionId);
    const service = await servicePath(session, ClassName.collectionManagementService);
    const { returnValue, outParameters } = await session.invokeMethod(service, "DefineCollection", {
      Name: `${groupNamePrefix} ${scene.ownGroups.length}`,
      Id: collectionId,
      Type: CollectionType.CollectionOfVirtualSystems,
    });
    const word = returnWord(returnValue);
    if (word !== accepted) throw new NoAnswer(`no group was made (${word})`);
    const job = outParameters["Job"];
    if (!(job instanceof CimInstancePath)) return { rows: null };
    await scene.waitForJob(job, "DefineCollection");
    return { rows: await rowsOfJob(scene, job) };
  });
}

async function askOfManagementCollection(scene: ProbeScene) {
  const { session, host } = scene;
  const running = await scene.groupOf("running");
  const collectionId = randomUUID().toUpperCase();
  const service = await servicePath(session, ClassName.collectionManagementService);
  const Collection = new CimInstancePath({
    className: ClassName.managementCollection,
    keys: { CollectionID: collectionId },
  });
  const Name = "hyperv-snapshots probe of groups";
  scene.ownCollections.push({ path: Collection, name: Name });
  const made = await session.invokeMethod(service, "DefineCollection", {
    Name,
    Id: collectionId,
    Type: CollectionType.CollectionOfCollections,
  });
  if (returnWord(made.returnValue) !== accepted)
    throw new NoAnswer(`no group of groups was made (${made.returnValue})`);
  const given = made.outParameters["DefinedCollection"];
  const path = given instanceof CimInstancePath ? given : Collection;
  scene.ownCollections.splice(-1, 1, { path, name: Name });
  await addMember(host, { path, name: Name }, running.path);
  return wordOfTrial(scene, { path, name: Name, collectionId });
}
