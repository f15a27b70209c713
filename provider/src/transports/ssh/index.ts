export { examineSsh as examine } from "./examine-ssh";
export { sshQuestions as questions } from "./questions";
export { openSshSession as open } from "./ssh-session";
