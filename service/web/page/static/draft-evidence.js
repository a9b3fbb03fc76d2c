// What a figure of a draft rests on: a word on hover and focus, all of it in the panel.

import { get } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { notice } from "./notice.js";
import { openPanel } from "./panel.js";
import { tableView } from "./table.js";
import { MARKS, STATES, WAYS, placeOf } from "./draft-words.js";

const SHOWN_AT_ONCE = 2;
const ROWS_AROUND = 3;
const tables = new Map();
let tip = null;

/** Returns one line on a figure. */
export function briefOf(figure, state) {
  if (!figure) return `${STATES[state].word}。点开看怎么办。`;
  const way = WAYS[figure.how] ?? WAYS.computed;
  const from = figure.operands[0] ? placeOf(figure.operands[0]) : "";
  const rest = figure.operands.length > 1 ? `等${figure.operands.length}处` : "";
  const changed = state !== "locked" && state !== "checked" ? `${STATES[state].word}。` : "";
  return `${changed}${figure.label || figure.text}：${figure.marks.includes("推算") && figure.how !== "derived" ? "用到了推算的上年数，" : ""}${way.word}。${figure.operands.length > 1 ? figure.working : from}${rest}`;
}

/** Shows a line under an element while it is pointed at or has the focus. */
export function tipOn(element, text) {
  const show = () => {
    tip ??= document.body.appendChild(h("div", { class: "tip no-print", role: "tooltip", id: uid("tip"), hidden: true }));
    tip.textContent = typeof text === "function" ? text() : text;
    tip.hidden = false;
    element.setAttribute("aria-describedby", tip.id);
    const box = element.getBoundingClientRect();
    const width = Math.min(380, innerWidth - 24);
    tip.style.setProperty("max-width", `${width}px`);
    tip.style.setProperty("left", `${Math.max(12, Math.min(box.left, innerWidth - width - 12))}px`);
    const below = box.bottom + 6;
    const isAbove = below + tip.offsetHeight > innerHeight;
    tip.style.setProperty("top", `${isAbove ? Math.max(4, box.top - tip.offsetHeight - 6) : below}px`);
  };
  const hide = () => {
    element.removeAttribute("aria-describedby");
    if (tip) tip.hidden = true;
  };
  element.addEventListener("mouseenter", show);
  element.addEventListener("focus", show);
  element.addEventListener("mouseleave", hide);
  element.addEventListener("blur", hide);
  element.addEventListener("click", hide);
}

addEventListener("scroll", () => tip && (tip.hidden = true), { passive: true, capture: true });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && tip) tip.hidden = true;
});

/** Opens the panel on a figure. */
export function showFigure(figure, state, opener) {
  const way = WAYS[figure.how] ?? WAYS.computed;
  const isSame = !figure.exact || figure.exact === figure.value;
  const marks = figure.marks.filter((each) => MARKS[each] && each !== way.word && !(figure.how === "blank" && each === "表中为空白"));
  const from = figure.how === "derived" || marks.includes("推算") ? "由写明的增减额推算得出" : figure.how === "stated" ? "取自文件的正文" : "由表里印出的数得出";
  openPanel({
    title: `${figure.text}${figure.label ? `：${figure.label}` : ""}`,
    opener,
    content: [
      marks.map((each) => h("p", null, h("span", { class: "tag warn", text: each }), " ", MARKS[each])),
      h("p", null, h("span", { class: `tag ${toneOf(figure)}`, text: way.word }), " ", marks.length > 0 && figure.how === "computed" ? "由下面列出的数计算得出。" : way.means),
      state !== "locked" && h("p", null, "与上一版比较：", STATES[state].word, "。"),
      figure.how !== "person" && h("p", { class: "hint", text: `这个数${from}，已锁定。要改，请改所在的一段，并写明依据。` }),
      h("dl", { class: "facts" }, [
        ...pair("说的是", figure.label),
        ...pair("算式", figure.formula_words || figure.formula),
        ...pair(figure.how === "person" ? "填报人所写" : "计算", figure.working),
        ...pair("四舍五入前", isSame ? "" : `${figure.exact}${figure.unit}`),
        ...pair("请注意", figure.marks.filter((each) => !MARKS[each]).join("、")),
      ]),
      figure.operands.length > 0 && h("h3", { text: figure.operands.length > 1 ? `出处（${figure.operands.length}处）` : "出处" }),
      figure.operands.map((each, n) => operandOf(each, n < SHOWN_AT_ONCE)),
    ],
  });
}

/** Opens the panel on a reason that is quoted from a document. */
export function showQuote(reason, opener) {
  const { quoted } = reason;
  const at = quoted.quote.indexOf(reason.text);
  const [before, after] = at < 0 ? [quoted.quote, ""] : [quoted.quote.slice(0, at), quoted.quote.slice(at + reason.text.length)];
  openPanel({
    title: `“${reason.item}”的原因引自哪里`,
    opener,
    content: [
      h("p", { text: "这个原因照原文引用，没有改字。请确认它对本年成立。" }),
      h("p", { class: "small-text muted", text: placeOf(quoted) }),
      h("p", { class: "quote" }, before, at >= 0 && h("mark", { text: reason.text }), after),
      quoted.document && h("p", { class: "small-text" }, h("a", { href: `/documents/${quoted.document}`, text: "打开这份文档" })),
    ],
  });
}

function toneOf(figure) {
  if (["derived", "stated", "blank", "dash"].includes(figure.how)) return "warn";
  if (figure.marks.some((each) => MARKS[each])) return "";
  return figure.how === "person" ? "info" : "good";
}

function pair(name, text) {
  return text ? [h("dt", { text: name }), h("dd", { text })] : [];
}

function operandOf(operand, isShown) {
  const host = h("div");
  const value = operand.value === "" ? "（表中为空白）" : `${operand.value}${operand.unit}`;
  const show = () => (operand.table ? showTable(host, operand) : fill(host, quoteOf(operand)));
  const more = h("button", { type: "button", class: "button small quiet", text: operand.table ? "看表" : "看原文", on: { click: show } });
  if (isShown) show();
  else host.append(more);
  return h(
    "section",
    { class: "operand" },
    h("p", null, h("strong", { text: operand.label }), " ", h("span", { class: "figure-text", text: value }), " ",
      h("span", { class: `tag ${operand.proof === "有矛盾" ? "bad" : operand.proof === "已验证" ? "good" : ""}`, text: operand.proof }),
      operand.by_ocr && h("span", { class: "tag ocr", text: "OCR识读" })),
    h("p", { class: "small-text muted", text: placeOf(operand) }),
    host,
    operand.document && h("p", { class: "small-text" }, h("a", { href: `/documents/${operand.document}`, text: "打开这份文档" })),
  );
}

function quoteOf(operand) {
  const at = operand.value ? operand.quote.indexOf(operand.value) : -1;
  if (at < 0) return h("p", { class: "quote", text: operand.quote });
  const end = at + operand.value.length;
  return h("p", { class: "quote" }, operand.quote.slice(0, at), h("mark", { text: operand.quote.slice(at, end) }), operand.quote.slice(end));
}

async function showTable(host, operand) {
  fill(host, h("p", { class: "muted", text: "正在取这张表…" }));
  try {
    const table = await tableOf(operand.document, operand.table);
    if (!table) {
      notice(host, { kind: "warning", text: "“文档”里已没有这张表：文档可能已删除或换过。草稿里记下的数仍在上面。" });
      return;
    }
    const highlight = operand.row_index === null ? [] : [{ row: operand.row_index, column: operand.column_index }];
    fill(host, tableView(table, { highlight, around: ROWS_AROUND }));
  } catch (problem) {
    const text = problem.code === "missing-document" ? "这份文档已删除。草稿里记下的数仍在上面。" : problem.message;
    notice(host, { kind: "warning", text, actions: [{ label: "再试一次", run: () => showTable(host, operand) }] });
  }
}

async function tableOf(document, table) {
  const key = `${document} ${table}`;
  if (!tables.has(key)) {
    const query = new URLSearchParams({ document, table });
    tables.set(key, (await get(`/v1/tables?${query}`))[0] ?? null);
  }
  return tables.get(key);
}
