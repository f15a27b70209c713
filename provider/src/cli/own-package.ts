import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of this package's `package.json` that are used. */
interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly peerDependencies: { readonly "@pulumi/pulumi": string };
}

/** This package's `package.json`: it has the same place above `src/` and above `dist/`. */
export const ownPackage: OwnPackage = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
