import { join } from "node:path";
import { packPlugin } from "./pack-plugin";
import { packTypeScriptSdk } from "./pack-typescript-sdk";

const repository = join(__dirname, "../../..");
const target = join(repository, "dist");

for (const pack of [packPlugin, packTypeScriptSdk]) console.log(pack(repository, target));
