/** Whether all points are tried (`npm run test:crash`), or one of each kind. */
export const isWhole = process.env["CRASH_POINTS"] === "all";
