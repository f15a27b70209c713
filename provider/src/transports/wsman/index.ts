export { examineWsman as examine } from "./examine-wsman";
export { wsmanQuestions as questions } from "./questions";
export { openWsmanSession as open } from "./wsman-session";
