// Builds the page out of elements and text. Whatever comes from a document or a person is text and nothing else.

const SVG = "http://www.w3.org/2000/svg";
const BOOLEANS = new Set(["hidden", "disabled", "checked", "required", "readOnly", "open", "multiple", "selected", "inert"]);
const ADDRESSES = new Set(["href", "src", "action", "formaction"]);
/** Signs that turn the direction of a text around: a figure after one would be read backwards. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
let used = 0;

/** Returns an element. Props: class, text, value, dataset, on (listeners by event), booleans; others are attributes. */
export function h(tag, props = null, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

/** Returns an SVG element with attributes (and listeners under `on`). */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") listen(element, value);
    else if (name === "text") element.textContent = straight(value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** Replaces what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren(...nodes(children));
  return node;
}

/** Adds to what a node holds. */
export function add(node, ...children) {
  node.append(...nodes(children));
  return node;
}

/** Returns the first element that fits, or null. */
export const find = (selector, root = document) => root.querySelector(selector);

/** Returns the part of the address behind "#", "" where there is none. */
export function fragment() {
  const said = location.hash.slice(1);
  try {
    return decodeURIComponent(said);
  } catch {
    return said;
  }
}

/** Returns the stretch of a text from one character to another, counted as the service counts: rare characters are one. */
export function cut(text, from, to) {
  return /[\ud800-\udfff]/.test(text) ? [...text].slice(from, to).join("") : text.slice(from, to);
}

/** Returns an id that no other element of the page has. */
export const uid = (prefix) => `${prefix}-${(used += 1)}`;

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "text") element.textContent = straight(value);
  else if (name === "value") element.value = value;
  else if (name === "dataset") Object.assign(element.dataset, value);
  else if (name === "on") listen(element, value);
  else if (BOOLEANS.has(name)) element[name] = Boolean(value);
  else if (name.startsWith("on")) throw new TypeError("listeners are given under `on`");
  else if (ADDRESSES.has(name) && !isOwn(String(value))) throw new TypeError("addresses lead to this service only");
  else element.setAttribute(name, String(value));
}

/** Whether an address, as the browser would read it, stays within this service: a path, a part of this page, a picture made here. */
function isOwn(address) {
  return new URL(address, location.href).origin === location.origin;
}

function listen(element, listeners) {
  for (const [event, run] of Object.entries(listeners)) element.addEventListener(event, run);
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((each) => each !== null && each !== undefined && each !== false && each !== true)
    .map((each) => (each instanceof Node ? each : straight(each)));
}

/** Returns a text as it may be shown where it is not made an element by `h`. */
export function straight(text) {
  return String(text).replace(TURNS, "");
}
