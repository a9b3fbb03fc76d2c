// What the documents of the year say of the open places of a draft.

import { get } from "./api.js";
import { at } from "./draft-place.js";

/** Returns what can be offered for the open places of a version; nothing where that cannot be had: it only helps. */
export async function offersOf(version) {
  try {
    return await get(`${at}/offers?version=${version}`);
  } catch {
    return [];
  }
}
