import { expect, it } from "vitest";
import { urnUnderOtherAdapter } from "../../../provider/src/resources/identity";

it.each([
  [
    "urn:pulumi:dev::web::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before",
    "urn:pulumi:dev::web::hyperv-snapshots:index:CollectionSnapshot::before",
  ],
  [
    "urn:pulumi:dev::web::my:index:Tier$pulumi-nodejs:dynamic/hyperv-snapshots:VirtualSystemCollection$pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::a::b",
    "urn:pulumi:dev::web::my:index:Tier$hyperv-snapshots:index:VirtualSystemCollection$hyperv-snapshots:index:CollectionSnapshot::a::b",
  ],
])("%s has another type under each adapter", (dynamic, plugin) => {
  expect(urnUnderOtherAdapter(dynamic)).toBe(plugin);
  expect(urnUnderOtherAdapter(plugin)).toBe(dynamic);
});
