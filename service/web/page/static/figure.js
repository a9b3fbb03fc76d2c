// A figure of an answer: a button that says in words what it is and leads to what it rests on.

import { h } from "./dom.js";

/** What is only marked by one character where it stands in a text; everything else is written out. */
const SHORT = { printed: "表", computed: "算", sum: "加", counted: "数", told: "出" };

/** Returns "推算，计算得出". */
export const inWords = (tags) => tags.map((each) => each.text).join("，");

/** Returns the tags as labels. */
export const labels = (tags) => tags.map((each) => h("span", { class: `tag ${tone(each)}`, title: each.meaning, text: each.text }));

/**
 * Returns the button of a figure. `after` is the text behind it: what that says already is not said twice.
 * `open` is run with the button.
 */
export function figureButton({ text, tags, label = "", after = "", open }) {
  const [first] = tags;
  const isSaid = first && new RegExp(`^（[^）]*${first.text}`).test(after);
  const sign = first && !isSaid ? h("span", { class: "figure-tag", "aria-hidden": "true", text: SHORT[first.code] ?? first.text }) : null;
  const about = [label, inWords(tags)].filter(Boolean).join("：");
  return h(
    "button",
    { type: "button", class: `figure-button ${first ? first.tone : ""}`, title: `${about}。点开看依据`, on: { click: (event) => open(event.currentTarget) } },
    text,
    sign,
    h("span", { class: "visually-hidden", text: `（${inWords(tags)}，看依据）` }),
  );
}

/** Returns a line that explains the one-character marks among some tags, or null. */
export function legend(tags) {
  const used = new Map(tags.filter((each) => SHORT[each.code]).map((each) => [SHORT[each.code], each.text]));
  if (used.size === 0) return null;
  return h("p", { class: "legend" }, h("span", { class: "no-print", text: "点数字看依据。" }), `${[...used].map(([short, text]) => `${short}＝${text}`).join("，")}。`);
}

function tone(tag) {
  if (tag.code === "ocr") return "ocr";
  return { warn: "warn", bad: "bad", info: "info" }[tag.tone] ?? "";
}
