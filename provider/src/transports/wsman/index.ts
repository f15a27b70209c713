export { examineWsman as examine } from "./examine-wsman";
export { openWsmanSession as open } from "./wsman-session";
