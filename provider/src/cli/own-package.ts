import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What this package says of itself. */
interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly peerDependencies: { readonly "@pulumi/pulumi": string };
}

/** The package's own `package.json`: it lies as far above the source as above what is built of it. */
export const ownPackage: OwnPackage = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
