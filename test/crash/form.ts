/** Whether all points are tried (`npm run test:crash`), or one of each kind. */
export const isWhole = process.env["CRASH_POINTS"] === "all";

/** The form of the matrix that is run, as `counts.json` names it. */
export const form = isWhole ? "whole" : "reduced";
