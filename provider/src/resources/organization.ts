import * as pulumi from "@pulumi/pulumi";

const defaultOrganization = "organization";

/** The organization, unless it is the one that every stack of a local backend has. */
export function otherOrganization(): string | undefined {
  try {
    const organization = pulumi.getOrganization();
    return organization === defaultOrganization ? undefined : organization;
  } catch {
    return undefined; // unknown in users' unit tests
  }
}
