// What a figure rests on, in the panel: what it is, 口径, working step by step, rounding, and each source with its table or sentence.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { labels } from "./figure.js";
import { notice } from "./notice.js";
import { openPanel } from "./panel.js";
import { tableView } from "./table.js";

const AROUND = 4;
const MOST_OPEN = 3;
const tables = new Map();

/** Opens the evidence of a figure: of result number `result`, or of its operand number `operand`. */
export function openEvidence(shown, { result, operand = null, text = "", rounded_from: from = "" }, opener) {
  const said = shown.answer.results[result];
  const known = shown.evidence[result];
  if (operand === null) {
    openPanel({ title: said.label, opener, content: [whatItIs(said, known.tags), written(text, from), findings(shown, known), coordinate(known), formula(said, known), steps(shown, said, known), rounding(said, known), sources(shown, said, known)] });
    return;
  }
  const source = said.operands[operand];
  const own = known.operands[operand];
  const about = [...known.about, ...own.about];
  openPanel({
    title: source.label,
    opener,
    content: [
      whatItIs({ ...source, value: source.value || "空白" }, own.tags),
      written(text, from),
      coordinate({ about }),
      section("出处", place(shown, source, own, true)),
      section("用在哪里", h("p", null, "用来得出", h("button", { type: "button", class: "link-button", text: `${said.label}（${said.value}${said.unit}）`, on: { click: () => openEvidence(shown, { result }, opener) } }), "。")),
    ],
  });
}

/** Opens the sentence of a document that an answer quotes, with a figure in it marked: the one behind the words `before`. */
export function openQuote(shown, citation, figure, opener, before = "") {
  const cited = shown.answer.citations[citation];
  openPanel({
    title: figure ? `${figure}：原文里的数` : "引用的原文",
    opener,
    content: [
      figure && h("p", { class: "muted", text: "这个数写在引用的原文里，是文件自己的说法，没有重新计算。" }),
      section("出处", place(shown, cited, { where: shown.places[citation], tags: [], also: [] }, true, { figure, before })),
    ],
  });
}

/** Returns a link to the place in its document, which knows the way back to the answer. */
export function placeLink(shown, place, text) {
  return h("a", { href: addressOf(shown, place), text });
}

function addressOf(shown, place) {
  const at = place.table && place.row_index !== null ? `#${place.table}.${place.row_index}.${place.column_index ?? 0}` : place.table ? `#${place.table}` : place.line ? `#L${place.line}` : "";
  const conversation = new URLSearchParams(location.search).get("c");
  const back = conversation ? `?${new URLSearchParams({ c: conversation, a: shown.answer.id })}` : "";
  return `/documents/${encodeURIComponent(place.document)}${back}${at}`;
}

function whatItIs(said, tags) {
  return h(
    "div",
    { class: "evidence-head" },
    h("p", { class: "evidence-value" }, h("strong", { class: "figure-text", text: `${said.value}${said.value === "空白" ? "" : said.unit}` }), " ", labels(tags)),
    tags.map((each) => h("p", { class: "hint", text: `${each.text}：${each.meaning}` })),
  );
}

function written(text, from) {
  return from && h("p", { class: "hint", text: `回答里写作${text}，由${from}四舍五入。` });
}

function section(title, ...content) {
  return h("section", { class: "evidence-part" }, h("h3", { text: title }), content);
}

function coordinate(known) {
  if (known.about.length === 0) return null;
  return section("口径", h("dl", { class: "facts" }, known.about.map((each) => [h("dt", { text: each.name }), h("dd", { text: each.value })])));
}

function formula(said, known) {
  if (!said.formula || said.operands.length === 0) return null;
  return section("算式", known.words ? h("p", { text: known.words }) : h("p", null, h("code", { text: said.formula })));
}

function steps(shown, said, known) {
  if (known.steps.length === 0) return null;
  const numbers = numbered(said);
  const named = (operands) => [...new Set(operands.map((n) => numbers[n]))];
  return section(
    "一步一步",
    h(
      "ol",
      { class: "steps" },
      known.steps.map((each) =>
        h("li", null, each.operation && h("span", { class: "step-name", text: each.operation }), " ", h("span", { class: "figure-text", text: each.text }), each.note && h("span", { class: "hint", text: ` ${each.note}` }), each.operands.length > 0 && each.operands.length <= 6 && h("span", { class: "hint" }, " ← ", named(each.operands).map((n, at) => [at > 0 && "、", h("button", { type: "button", class: "link-button", text: `来源${n + 1}`, on: { click: (event) => toSource(event.currentTarget, n) } })]))),
      ),
    ),
  );
}

function toSource(button, number) {
  const target = button.closest(".panel-body").querySelector(`[data-source="${number}"]`);
  if (!target) return;
  target.scrollIntoView({ block: "start" });
  target.querySelector("h4").focus();
}

function rounding(said, known) {
  if (!known.rounding) return null;
  return section("取整", known.unrounded && h("p", { class: "figure-text", text: `未取整：${known.unrounded}` }), h("p", { text: known.rounding }));
}

/** Returns for each operand the number of its source: a place that is used twice is one source. */
function numbered(said) {
  const places = new Map();
  return said.operands.map((each) => {
    const key = JSON.stringify([each.document, each.table, each.row_index, each.column_index, each.page, each.line, each.start, each.end, each.value]);
    if (!places.has(key)) places.set(key, places.size);
    return places.get(key);
  });
}

function sources(shown, said, known) {
  if (said.operands.length === 0) return whole(shown);
  const numbers = numbered(said);
  const count = Math.max(...numbers) + 1;
  // Of two names of one place, the one with its year says more.
  const all = Array.from({ length: count }, (_, number) => {
    const own = numbers.map((each, n) => (each === number ? n : -1)).filter((n) => n >= 0);
    const n = own.find((each) => /^\d{4}年/.test(said.operands[each].label)) ?? own[0];
    return { each: said.operands[n], n, number };
  });
  const first = all.slice(0, MOST_OPEN);
  const rest = all.slice(MOST_OPEN);
  return section(
    count > 1 ? `出处（${count}处）` : "出处",
    first.map(({ each, n, number }) => source(shown, each, known.operands[n], number, count)),
    rest.length > 0 &&
      h("details", { class: "more" }, h("summary", { text: `其余${rest.length}处` }), rest.map(({ each, n, number }) => source(shown, each, known.operands[n], number, count, false))),
  );
}

/** Lists the places of the whole answer, for a figure that has none of its own. */
function whole(shown) {
  const places = shown.answer.citations.map((cited, n) => ({ cited, n })).filter(({ cited }) => cited.role !== "also");
  if (places.length === 0) return null;
  return section("整个回答的出处", h("ol", null, places.slice(0, 60).map(({ cited, n }) => h("li", null, placeLink(shown, cited, shown.places[n]), cited.quote && h("span", { class: "hint", text: `：${cited.quote.slice(0, 80)}` })))));
}

function source(shown, operand, own, number, count, isOpen = true) {
  const title = `${count > 1 ? `来源${number + 1}：` : ""}${operand.label} ${operand.value ? `${operand.value}${operand.unit}` : "空白"}`;
  return h(
    "section",
    { class: "source", dataset: { source: String(number) } },
    h("h4", { tabindex: "-1" }, h("span", { class: "figure-text", text: title }), " ", labels(own.tags)),
    own.about.length > 0 && h("p", { class: "hint", text: own.about.map((each) => `${each.name}：${each.value}`).join("；") }),
    place(shown, operand, own, isOpen),
  );
}

/** Shows a place: its words, a way to it, and the piece of the table or the sentence. */
function place(shown, at, own, isOpen, told = {}) {
  const picture = h("div", { class: "excerpt" });
  const isTable = Boolean(at.table) && at.row_index !== null;
  const show = () => (isTable ? excerpt(picture, at) : sentence(picture, at, told));
  if (isOpen) show();
  return [
    h("p", { class: "where" }, h("span", { text: `《${at.document_title || at.document}》${own.where}` }), " ", placeLink(shown, at, "在文档里打开")),
    picture,
    !isOpen && h("button", { type: "button", class: "button small quiet", text: isTable ? "看这张表" : "看原文", on: { click: (event) => (event.currentTarget.remove(), show()) } }),
    own.also.length > 0 &&
      h("details", null, h("summary", { text: `同一数字另见${own.also.length}处` }), h("ul", null, own.also.map((n) => h("li", null, placeLink(shown, shown.answer.citations[n], shown.places[n]))))),
  ];
}

async function excerpt(host, at) {
  fill(host, h("p", { class: "muted" }, h("span", { class: "spinner", "aria-hidden": "true" }), " 正在取这张表…"));
  try {
    const table = await tableOf(at.document, at.table);
    if (!table) throw new Error("gone");
    fill(host, tableView(table, { highlight: [{ row: at.row_index, column: at.column_index }], around: AROUND }));
  } catch (problem) {
    tables.delete(`${at.document} ${at.table}`);
    const isGone = problem.status === 404 || problem.message === "gone";
    const text = isGone ? `这份文档已被删除，看不到表了。回答时印着：${at.quote || "（空白）"}` : `${problem.message}`;
    notice(host, { kind: "warning", text, actions: isGone ? [] : [{ label: "再取一次", run: () => excerpt(host, at) }] });
  }
}

function tableOf(id, table) {
  const key = `${id} ${table}`;
  if (!tables.has(key)) {
    tables.set(key, get(`/v1/tables?document=${encodeURIComponent(id)}&table=${encodeURIComponent(table)}`).then((found) => found.find((each) => each.id === table) ?? null));
  }
  return tables.get(key);
}

/** Shows a sentence of a text with its figure marked: only this one, where the same digits stand in it twice and that can be known. */
async function sentence(host, at, { figure = "", before = "" }) {
  const bare = (figure || at.value || "").replace(/^-/, "").replace(/[^\d.,].*$/, "");
  const found = occurrences(at.quote ?? "", bare);
  const show = (places) => fill(host, h("blockquote", { class: "quote" }, at.quote ? marked(at.quote, bare.length, places) : h("span", { class: "muted", text: "（没有文字）" })));
  if (found.length < 2) {
    show(found);
    return;
  }
  const chosen = nearest(at.quote, found, before);
  show(chosen === null ? found : [chosen]);
  if (chosen !== null || at.start === null) return;
  const own = nearest(at.quote, found, await wordsBefore(at, bare));
  if (own !== null) show([own]);
}

/** Returns the words of the document before a figure, "" where they cannot be had. */
async function wordsBefore(at, digits) {
  const { blocks } = await contentOf(at.document).catch(() => ({ blocks: [] }));
  const block = blocks.find((each) => each.kind !== "table" && each.start <= at.start && at.start < each.start + [...each.text].length);
  if (!block) return "";
  const letters = [...block.text];
  const offset = at.start - block.start;
  const ahead = letters.slice(offset).join("");
  return ahead.indexOf(digits) >= 0 && ahead.indexOf(digits) < 8 ? letters.slice(0, offset).join("") + ahead.slice(0, ahead.indexOf(digits)) : "";
}

const contents = new Map();

function contentOf(id) {
  if (!contents.has(id)) contents.set(id, get(`/v1/documents/${encodeURIComponent(id)}/content`).catch((problem) => (contents.delete(id), Promise.reject(problem))));
  return contents.get(id);
}

/** Returns where a text has some digits that are no part of a longer number. */
function occurrences(text, digits) {
  const found = [];
  for (let at = digits ? text.indexOf(digits) : -1; at >= 0; at = text.indexOf(digits, at + digits.length)) {
    if (!/[\d.]/.test(text[at - 1] ?? "") && !/\d/.test(text[at + digits.length] ?? "")) found.push(at);
  }
  return found;
}

/** Returns the place that has the same words before it, null where none has more of them than all others. */
function nearest(text, places, before) {
  const words = before.replace(/\s/g, "");
  const shared = places.map((at) => {
    const own = text.slice(0, at).replace(/\s/g, "");
    let count = 0;
    while (count < words.length && count < own.length && words.at(-1 - count) === own.at(-1 - count)) count += 1;
    return count;
  });
  const most = Math.max(...shared);
  return most >= 2 && shared.filter((each) => each === most).length === 1 ? places[shared.indexOf(most)] : null;
}

function marked(text, length, places) {
  const parts = [];
  let from = 0;
  for (const at of places) {
    parts.push(text.slice(from, at), h("mark", { text: text.slice(at, at + length) }));
    from = at + length;
  }
  return [...parts, text.slice(from)];
}

function findings(shown, known) {
  if (known.findings.length === 0) return null;
  return section("要注意", h("ul", { class: "careful" }, known.findings.map((n) => h("li", { text: shown.answer.findings[n].message }))));
}
