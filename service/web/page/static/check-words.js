// What the views of checks call things, and which checks this browser made.

import { keep, recall } from "./kept.js";

/** Verdicts on figures: what they are called and their sign. */
export const VERDICTS = {
  contradicted: { name: "不符", sign: "✗", kind: "bad" },
  unverifiable: { name: "无法核对", sign: "–", kind: "" },
  supported: { name: "相符", sign: "✓", kind: "good" },
};

const KEY = "checks";
const MOST = 100;

/** Returns the ids of the checks this browser made, newest first. */
export const earlier = () => recall(KEY, []);

/** Remembers a check. */
export const remember = (id) => keep(KEY, [id, ...earlier().filter((each) => each !== id)].slice(0, MOST));

/** Forgets a check. */
export const forget = (id) => keep(KEY, earlier().filter((each) => each !== id));
