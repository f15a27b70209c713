/** What lets an account see and do what it has to on a host. */
export const getRights = "Run it elevated, or let the account join the host's group Hyper-V Administrators";
