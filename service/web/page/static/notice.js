// Messages next to what they are about, and a live region for what cannot be seen otherwise.

import { fill, find, h } from "./dom.js";

const SIGNS = { error: "✗ ", warning: "！ ", done: "✓ ", info: "" };
const WORDS = { error: "出错：", warning: "请注意：", done: "", info: "" };

/** Puts one message into a host, with buttons for what can be done about it. */
export function notice(host, { kind = "info", text, actions = [] }) {
  const said = h(
    "div",
    { class: `notice ${kind}`, role: kind === "error" ? "alert" : "status" },
    h("p", null, h("span", { "aria-hidden": "true", text: SIGNS[kind] }), h("span", { class: "visually-hidden", text: WORDS[kind] }), text),
    actions.length > 0 &&
      h("p", { class: "actions" }, actions.map(({ label, run }) => h("button", { type: "button", class: "button small", text: label, on: { click: run } }))),
  );
  fill(host, said);
  host.hidden = false;
  return said;
}

/** Takes the message of a host away. */
export function clearNotice(host) {
  fill(host);
}

/** Says something to those who listen to the page. */
export function announce(text) {
  const region = find("#announcer");
  region.textContent = "";
  setTimeout(() => fill(region, text), 50);
}
