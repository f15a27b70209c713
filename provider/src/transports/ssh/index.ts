export { examineSsh as examine } from "./examine-ssh";
export { openSshSession as open } from "./ssh-session";
