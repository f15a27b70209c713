export { openSimulatedSession as open } from "./simulated-session";
