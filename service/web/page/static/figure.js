// A figure of an answer: a button that says in words what it is and leads to what it rests on.

import { h } from "./dom.js";

/** What is only marked by one character where it stands in a text; everything else is written out. */
const SHORT = { printed: "表", computed: "算", sum: "加", counted: "数", told: "出" };

/** Returns "推算，计算得出". */
export const inWords = (tags) => tags.map((each) => each.text).join("，");

/** Returns the tags as labels. */
export const labels = (tags) => tags.map((each) => h("span", { class: `tag ${tone(each)}`, title: each.meaning, text: each.text }));

/** How a text behind a figure may say a tag itself. */
const SAYINGS = { derived: "推算", stated: "正文", blank: "空白", dash: "横线", ocr: "OCR|识读", unproven: "未验证", contradicted: "矛盾" };

/** Returns the tags of a figure that the text behind it does not say in brackets already. */
export function unsaid(tags, after) {
  const [said = ""] = /^（[^（）]*/.exec(after) ?? [];
  return tags.filter((each) => !new RegExp(SAYINGS[each.code] ?? each.text).test(said));
}

/**
 * Returns the button of a figure. `after` is the text behind it: what that says already is not said twice.
 * `open` is run with the button.
 */
export function figureButton({ text, tags, label = "", after = "", open }) {
  const [first] = tags;
  const sign = first && unsaid([first], after).length > 0 ? h("span", { class: "figure-tag", "aria-hidden": "true", text: SHORT[first.code] ?? first.text }) : null;
  const about = [label, inWords(tags)].filter(Boolean).join("：");
  return h(
    "button",
    { type: "button", class: `figure-button ${first ? first.tone : ""}`, title: `${about}。点开看依据`, on: { click: (event) => open(event.currentTarget) } },
    text,
    sign,
    h("span", { class: "visually-hidden", text: `（${inWords(tags)}，看依据）` }),
  );
}

const LINES = { warn: ["虚线", "要留意的数（推算、仅见正文、空白、识读等）"], bad: ["双线", "与别处对不上的数"] };

/**
 * Returns what explains every sign and line among the tags that are shown, or null.
 * `isQuoting` says that figures of quoted words are among them.
 */
export function legend(tags, { isQuoting = false } = {}) {
  if (tags.length === 0 && !isQuoting) return null;
  const signs = new Map(tags.map((each) => [SHORT[each.code] ?? each.text, SHORT[each.code] ? each.text : each.meaning.replace(/。$/, "")]));
  const lines = Object.keys(LINES).filter((tone) => tags.some((each) => each.tone === tone)).map((tone) => LINES[tone]);
  if (isQuoting) lines.push(["点线", "引用的原文里的数，没有重新计算"]);
  const item = (kind) => ([sign, text]) => h("li", null, h("b", { class: kind, text: sign }), `＝${text}`);
  return h("div", { class: "legend" }, h("p", { class: "no-print", text: "点数字看依据。数字旁的记号：" }), h("ul", null, [...signs].map(item("")), lines.map(item("legend-line"))));
}

function tone(tag) {
  if (tag.code === "ocr") return "ocr";
  return { warn: "warn", bad: "bad", info: "info" }[tag.tone] ?? "";
}
