import { accessOptions } from "./access";
import type { ClientOptionTests } from "./client-against";
import { groupOptions } from "./groups";
import { jobOptions } from "./jobs";
import { memberOptions } from "./members";
import { requestOptions } from "./requests";
import { snapshotOptions } from "./snapshots";
import { unkindHostOptions } from "./unkind-hosts";

/** What the client does with each value of each option; it doesn't compile where one is missing. */
export const clientOptionTests: ClientOptionTests = {
  ...accessOptions,
  ...requestOptions,
  ...memberOptions,
  ...jobOptions,
  ...snapshotOptions,
  ...groupOptions,
  ...unkindHostOptions,
};
