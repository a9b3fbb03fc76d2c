// What this browser (or only this tab) remembers. A browser that forbids it forgets; the page works all the same.

/** Returns what was kept in this browser under a key. */
export const recall = (key, otherwise = null) => read(() => localStorage, key, otherwise);
/** Keeps a value in this browser. */
export const keep = (key, value) => write(() => localStorage, key, value);
/** Forgets what this browser kept. */
export const drop = (key) => remove(() => localStorage, key);

/** Returns what was kept in this tab. */
export const recallHere = (key, otherwise = null) => read(() => sessionStorage, key, otherwise);
/** Keeps a value in this tab. */
export const keepHere = (key, value) => write(() => sessionStorage, key, value);
/** Forgets what this tab kept. */
export const dropHere = (key) => remove(() => sessionStorage, key);

const PREFIX = "youju:";

function read(storage, key, otherwise) {
  try {
    const found = storage().getItem(PREFIX + key);
    const value = found === null ? otherwise : JSON.parse(found);
    return otherwise !== null && kindOf(value) !== kindOf(otherwise) ? otherwise : value;
  } catch {
    return otherwise;
  }
}

/** What was kept by another state of the program may be of another kind. */
const kindOf = (value) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

function write(storage, key, value) {
  try {
    storage().setItem(PREFIX + key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function remove(storage, key) {
  try {
    storage().removeItem(PREFIX + key);
  } catch {
    // There was nothing to forget.
  }
}
