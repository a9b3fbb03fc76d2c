// What was changed and not saved yet, kept in this browser by draft, version and window, so that nothing typed is lost.

import { drop, keep, keepHere, recall, recallHere } from "./kept.js";

const MOST = 12;
const index = (id) => `draft:${id}:unsaved`;
const place = (id, entry) => `draft:${id}:v${entry.version}:${entry.tab}`;

/** Returns the name of this window; it survives a reload. */
function tab() {
  const known = recallHere("window");
  if (known) return known;
  const made = crypto.getRandomValues(new Uint32Array(2)).join("-");
  keepHere("window", made);
  return made;
}

/** Keeps what was changed on a version; returns false where the browser will not. */
export function keepUnsaved(id, version, changes) {
  const entry = { version, tab: tab(), at: new Date().toISOString() };
  const others = recall(index(id), []).filter((each) => each.tab !== entry.tab || each.version !== version);
  for (const old of others.splice(0, Math.max(0, others.length + 1 - MOST))) drop(place(id, old));
  return keep(place(id, entry), changes) && keep(index(id), [...others, entry]);
}

/** Forgets what was changed on a version, by default in this window. */
export function dropUnsaved(id, version, of = tab()) {
  drop(place(id, { version, tab: of }));
  keep(index(id), recall(index(id), []).filter((each) => each.tab !== of || each.version !== version));
  if (recall(index(id), []).length === 0) drop(index(id));
}

/** Returns what is kept of a draft, this window's first, then the newest: [{version, tab, at, isOwn, changes}]. */
export function unsavedOf(id) {
  const own = tab();
  return recall(index(id), [])
    .map((each) => ({ ...each, isOwn: each.tab === own, changes: recall(place(id, each)) }))
    .filter((each) => Array.isArray(each.changes?.blocks))
    .sort((a, b) => b.isOwn - a.isOwn || b.at.localeCompare(a.at));
}

/** Forgets everything that is kept of a draft. */
export function dropAll(id) {
  for (const each of unsavedOf(id)) dropUnsaved(id, each.version, each.tab);
}
