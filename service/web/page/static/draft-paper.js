// The draft as paper: paragraphs whose figures and open places can be looked at, edited in place, with findings beside.

import { briefOf, showFigure, showQuote, tipOn } from "./draft-evidence.js";
import { spansOf } from "./draft-blocks.js";
import { GAPS, STATES, WAYS } from "./draft-words.js";
import { cut, fill, h, uid } from "./dom.js";
import { SEVERITIES } from "./words.js";

/** Findings that a basis for the figure settles. */
const NEEDS_BASIS = new Set([
  "figure-without-source", "figure-changed-by-hand", "figure-moved-by-hand", "year-changed-by-hand", "direction-changed-by-hand",
  "given-source-differs",
]);
const MARKS = { 表中为空白: "空白" };
const AHEAD = 12;
const BETWEEN_NOTES = 8;
/** A figure with its unit and no word before it, which can stand where another stood. */
const FIGURE = /^[0-9][0-9.,，]*[^0-9]{0,6}$/;
const GRAVEST = Object.keys(SEVERITIES);

/**
 * Keeps the rows of the paper in step with the desk: `desk` holds blocks, spans, findings and what may be done
 * (see draft.js). Rows that did not change are left alone, so that focus and selection stay.
 */
export class Paper {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.rows = new Map();
    this.sizes = new ResizeObserver(() => this.arrange());
    this.sizes.observe(host);
  }

  /** Sets the notes beside their paragraphs, each below the one before, without pulling the paragraphs apart. */
  arrange() {
    let free = 0;
    for (const { row, notes } of this.rows.values()) {
      if (!notes.firstChild || !row.isConnected) continue;
      const top = Math.max(row.offsetTop, free);
      notes.style.setProperty("top", `${top - row.offsetTop}px`);
      free = top + notes.offsetHeight + BETWEEN_NOTES;
    }
    const isBeside = [...this.rows.values()].some(({ notes }) => notes.firstChild && getComputedStyle(notes).position === "absolute");
    this.host.style.setProperty("min-height", isBeside ? `${free}px` : "0");
  }

  /** Draws what changed. */
  draw() {
    const { desk } = this;
    const places = desk.places();
    const found = notesByBlock(desk, places);
    let level = 1;
    const rows = desk.blocks.map((block) => {
      if (block.role === "heading") level = block.level;
      return this.row(block, places.get(block) ?? [], found.get(block) ?? [], level);
    });
    const known = new Set(desk.blocks.map((each) => each.key));
    for (const key of [...this.rows.keys()]) if (!known.has(key)) this.rows.delete(key);
    if (rows.length !== this.host.children.length || rows.some((row, n) => this.host.children[n] !== row)) fill(this.host, rows);
    this.host.classList.toggle("noted", found.size > 0 || Boolean(desk.editing) || desk.isTextChanged);
    this.arrange();
  }

  row(block, sentences, notes, level) {
    const { desk } = this;
    const isEditing = desk.editing === block.key;
    const states = desk.states();
    const shown = sentences.map(({ sentence, start }) => [sentence, start]);
    const used = sentences.flatMap(({ sentence }) => sentence.gaps.map((gap) => desk.fills.get(fillKey(gap))?.text ?? ""));
    const signs = isEditing ? [] : [shown, states.filter((each) => shown.some(([sentence]) => sentence.id === each.sentence)), used];
    const mark = JSON.stringify([isEditing, isEditing ? "" : block.text, signs, desk.mode, block.text !== block.original, level]);
    const beside = JSON.stringify([notes, desk.mode]);
    let kept = this.rows.get(block.key);
    if (!kept) {
      kept = { row: h("div", { class: `row ${block.role}`, id: block.key }), text: h("div", { class: "row-text" }), notes: h("div", { class: "row-notes" }), form: h("div", { class: "row-form" }) };
      kept.row.append(kept.text, kept.notes, kept.form);
      this.rows.set(block.key, kept);
      this.sizes.observe(kept.notes);
    }
    if (kept.mark !== mark) {
      kept.mark = mark;
      const focus = kept.text.contains(document.activeElement) ? document.activeElement.dataset.at : null;
      fill(kept.text, isEditing ? editorOf(block, desk) : block.role === "table" ? tableOf(block, sentences, desk) : textOf(block, sentences, level, desk));
      if (focus) kept.text.querySelector(`[data-at="${CSS.escape(focus)}"]`)?.focus();
    }
    if (kept.beside !== beside) {
      kept.beside = beside;
      fill(kept.notes, notes.map((each) => noteOf(each, block, desk)));
      kept.row.classList.toggle("has-notes", notes.length > 0);
      kept.row.classList.toggle("has-errors", notes.some((each) => each.severity === "error"));
    }
    return kept.row;
  }

  /** Returns the place below a block where a form can stand. */
  formUnder(block) {
    return this.rows.get(block.key)?.form ?? null;
  }

  /** Moves to a sentence and picks it out for a moment. */
  goTo(sentence) {
    const block = [...this.desk.places()].find(([, sentences]) => sentences.some((each) => each.sentence.id === sentence))?.[0];
    const element = document.getElementById(`at-${sentence}`) ?? (block && document.getElementById(block.key));
    if (!element) return false;
    element.scrollIntoView({ block: "center" });
    element.classList.add("picked");
    setTimeout(() => element.classList.remove("picked"), 2400);
    const control = element.querySelector(".gap[role=button], .figure.open, .figure.contradicted, [role=button]");
    (control ?? element.querySelector("textarea") ?? element).focus({ preventScroll: true });
    return true;
  }
}

/** Returns the name under which what fills a gap is kept. */
export const fillKey = (gap) => `${gap.takes} ${gap.item}`;

function notesByBlock(desk, places) {
  const byBlock = new Map();
  for (const [block, sentences] of places) {
    const ids = new Set(sentences.map(({ sentence }) => sentence.id));
    const own = desk.findings().filter((each) => each.sentence && ids.has(each.sentence));
    own.sort((a, b) => GRAVEST.indexOf(a.severity) - GRAVEST.indexOf(b.severity));
    if (own.length > 0) byBlock.set(block, own);
  }
  return byBlock;
}

// ------------------------------------------------------------------------------------------- reading

function textOf(block, sentences, level, desk) {
  const tag = block.role === "title" ? "h2" : block.role === "heading" ? `h${block.level + 2}` : block.role === "sub" ? `h${Math.min(level + 3, 6)}` : "p";
  const parts = [];
  let at = 0;
  for (const { sentence, start } of sentences) {
    if (start > at) parts.push(block.text.slice(at, start));
    const words = sentence.text.trim();
    parts.push(h("span", { class: "sentence", id: `at-${sentence.id}`, tabindex: "-1" }, piecesOf(sentence, sentence.text, spansOf(sentence, desk.states()), 0, sentence.text.length, desk, block)));
    at = start + words.length;
  }
  parts.push(block.text.slice(at));
  const body = h(tag, { class: "said" }, parts);
  if (desk.mode === "read") return body;
  const name = `改这一段：${block.text.slice(0, 12)}`;
  body.append(" ", h("button", { type: "button", class: "edit no-print", text: "改", "aria-label": name, title: "改这一段", dataset: { at: "edit" }, on: { click: () => desk.edit(block) } }));
  if (block.text !== block.original) body.append(h("span", { class: "tag info no-print", text: block.original ? "改过，未保存" : "新增，未保存" }));
  return body;
}

/**
 * Returns a button that flows with the words around it: a real one is a block of its own, before which a line may
 * break even where a mark of punctuation stands.
 */
function inlineButton(props, run, ...children) {
  const button = h("span", { role: "button", tabindex: "0", ...props }, children);
  button.addEventListener("click", () => run(button));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    run(button);
  });
  return button;
}

function piecesOf(sentence, text, spans, from, to, desk, block) {
  const out = [];
  let at = from;
  for (const span of spans) {
    if (span.start < at) continue;
    out.push(cut(text, at, span.start));
    const said = cut(text, span.start, span.end);
    const key = `${sentence.id}.${span.start}`;
    if (span.kind === "gap") out.push(gapOf(span.gap, key, desk, block));
    else if (span.kind === "figure") out.push(figureOf(span, said, key, desk));
    else out.push(reasonOf(span, sentence, text, key, desk, block));
    at = span.end;
  }
  out.push(cut(text, at, to));
  return out;
}

function figureOf({ figure, state }, said, key, desk) {
  const way = figure ? (WAYS[figure.how] ?? WAYS.computed) : null;
  const marks = (figure?.marks ?? []).map((each) => MARKS[each] ?? each).join("、");
  const sign = state === "locked" ? marks || (way?.sign ?? "") : STATES[state].sign;
  const button = inlineButton(
    { class: `figure ${state === "locked" ? figure.how : state} ${state === "locked" && marks ? "marked-figure" : ""}`, dataset: { at: key }, "aria-label": `${said}，${[...new Set([state === "locked" ? way.word : STATES[state].word, marks])].filter(Boolean).join("，")}` },
    () => (figure ? showFigure(figure, state, button) : desk.toNote(button)),
    said,
    sign && h("span", { class: "sign", text: `［${sign}］` }),
  );
  tipOn(button, () => briefOf(figure, state));
  return button;
}

function reasonOf({ reason, start, end, inner }, sentence, text, key, desk, block) {
  const words = piecesOf(sentence, text, inner, start, end, desk, block);
  const canFill = desk.mode !== "read" && !reason.quoted && desk.canRefill("reason", reason.item);
  return h(
    "span",
    { class: `reason ${reason.quoted ? "quoted" : "given"}` },
    words,
    canFill
      ? inlineButton(
        { class: "mini no-print", dataset: { at: key, gap: `reason ${reason.item}` }, "aria-label": `改“${reason.item}”的原因` },
        (button) => desk.fill({ takes: "reason", item: reason.item, what: `${reason.item}增减的原因`, kind: "reason" }, block, button),
        "［填报人填写，改］",
      )
      : reason.quoted
        ? inlineButton({ class: "mini no-print", dataset: { at: key }, "aria-label": `“${reason.item}”的原因引自哪里` }, (button) => showQuote(reason, button), "［引自文件］")
        : h("span", { class: "sign", text: "［填报人填写］" }),
  );
}

function gapOf(gap, key, desk, block) {
  const filled = desk.fills.get(fillKey(gap));
  const said = `【待补充：${gap.what}】`;
  if (desk.mode === "read") return h("span", { class: "gap", text: said });
  const name = filled ? `已填“${gap.what}”：${filled.text}，还没有保存。点开可改` : `待补充：${gap.what}（${GAPS[gap.kind]}）。点开填写`;
  return inlineButton(
    { class: filled ? "gap filled" : "gap", dataset: { at: key, gap: gap.takes ? fillKey(gap) : "" }, "aria-label": name },
    (button) => desk.fill(gap, block, button),
    filled ? filled.text : said,
    filled && h("span", { class: "sign", text: "［已填，未保存］" }),
  );
}

function tableOf(block, sentences, desk) {
  const { table } = block;
  const cells = sentences.map(({ sentence }) => sentence);
  const width = table.columns.length;
  const rows = table.cells.map((row, r) => row.map((cell, c) => cells[r * width + c] ?? cell));
  return h(
    "div",
    { class: "paper-table", role: "region", tabindex: "0", "aria-label": `表：${table.title}` },
    h("table", null,
      h("caption", null, table.title, table.unit && h("span", { class: "unit", text: `单位：${table.unit}` })),
      h("thead", null, h("tr", null, table.columns.map((name) => h("th", { scope: "col", text: name })))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => cellOf(cell, desk, block))))),
    ),
  );
}

function cellOf(cell, desk, block) {
  const spans = spansOf(cell, desk.states());
  return h("td", { class: cell.figures.length > 0 ? "number" : "", id: `at-${cell.id}`, tabindex: "-1" }, piecesOf(cell, cell.text, spans, 0, cell.text.length, desk, block));
}

// ------------------------------------------------------------------------------------------- editing

function editorOf(block, desk) {
  const id = uid("edit");
  const area = h("textarea", { id, class: "input", value: block.text, rows: 3, maxlength: 100000, spellcheck: "false", "aria-describedby": `${id}-hint`, dataset: { at: "area" } });
  const grow = () => {
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${area.scrollHeight + 4}px`);
  };
  area.addEventListener("input", () => {
    grow();
    desk.typed(block, area.value);
  });
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      event.stopPropagation();
      desk.done(block);
    }
  });
  requestAnimationFrame(() => {
    grow();
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  });
  return h(
    "div",
    { class: "editor" },
    h("label", { for: id, class: "label", text: "改这一段" }),
    area,
    h("p", { class: "hint", id: `${id}-hint`, text: "停下来就自动核对，提示出现在旁边。改了数字，要写明依据；回车另起一段。" }),
    h("p", { class: "actions" },
      h("button", { type: "button", class: "button small primary", text: "改好了", on: { click: () => desk.done(block) } }),
      block.original !== "" && h("button", { type: "button", class: "button small", text: "恢复原文", on: { click: () => desk.restore(block) } }),
      block.role !== "title" && h("button", { type: "button", class: "button small quiet", text: "删去这一段", on: { click: () => desk.remove(block) } }),
    ),
  );
}

// ------------------------------------------------------------------------------------- findings beside

function noteOf(finding, block, desk) {
  const { name, kind } = SEVERITIES[finding.severity];
  const canEdit = desk.mode !== "read" && block.role !== "table";
  const { stated, expected } = finding;
  const isError = expected && finding.severity === "error" && !expected.startsWith("【");
  const canCorrect = canEdit && isError && stated && FIGURE.test(expected) && FIGURE.test(stated) && block.text.includes(stated);
  return h(
    "div",
    { class: `note ${kind}`, role: "note", "aria-label": `${name}：${finding.message}`, tabindex: "-1" },
    h("p", null, h("span", { class: `tag ${kind}`, text: name }), " ", finding.blocks && h("span", { class: "tag bad", text: "不解决不能批准" })),
    h("p", { text: finding.message }),
    isError && h("p", null, "应为：", h("strong", { class: "figure-text", text: expected })),
    canCorrect && h("p", null, h("button", { type: "button", class: "button small", text: `改成${expected}`, on: { click: () => desk.correct(block, finding) } })),
    finding.working && h("p", { class: "small-text muted", text: finding.working }),
    canEdit && NEEDS_BASIS.has(finding.code) && finding.stated && basisForm(finding, desk),
    canEdit && desk.editing !== block.key && h("p", null, h("button", { type: "button", class: "link-button small-text", text: "改这一段", on: { click: () => desk.edit(block) } })),
  );
}

/** Returns the form that takes what a figure is rested on: words, or a formula over the tables. */
function basisForm(finding, desk) {
  const id = uid("basis");
  const key = `${finding.code} ${finding.sentence} ${finding.stated}`;
  const held = desk.kept.get(key) ?? { text: "", isFormula: false };
  const said = h("p", { class: "hint", id: `${id}-hint` });
  const input = h("input", { id, class: "input", value: held.text, maxlength: 2000, "aria-label": `“${finding.stated}”的依据`, "aria-describedby": `${id}-hint`, autocomplete: "off" });
  const kind = h("select", { class: "input", "aria-label": "依据的写法" }, h("option", { value: "", text: "文件出处" }), h("option", { value: "formula", text: "算式" }));
  kind.value = held.isFormula ? "formula" : "";
  const tell = () => {
    said.textContent = kind.value ? "用表里的名称写，例如：支出 - 支出[基本支出]。" : "写明哪份文件、哪张表、哪一处，例如：2024年采购计划第3页。";
    said.classList.remove("bad");
  };
  tell();
  kind.addEventListener("change", tell);
  const remember = () => desk.kept.set(key, { text: input.value, isFormula: Boolean(kind.value) });
  input.addEventListener("input", remember);
  kind.addEventListener("change", remember);
  const add = h("button", { type: "submit", class: "button small", text: "加上依据" });
  const form = h(
    "form",
    { class: "basis", novalidate: "" },
    kind, input, said,
    add,
  );
  const refuse = (why) => {
    said.textContent = why;
    said.classList.add("bad");
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) {
      refuse("请先写依据。");
      return;
    }
    add.disabled = true;
    const why = await desk.rest({ figure: finding.stated, sentence: aheadOf(finding), ...(kind.value ? { basis: "", formula: text } : { basis: text, formula: "" }) });
    add.disabled = false;
    if (why) refuse(why);
    else desk.kept.delete(key);
  });
  const holder = h("details", { class: "basis-holder" }, h("summary", { text: `写明“${finding.stated}”的依据` }), form);
  holder.open = Boolean(held.text);
  return holder;
}

/** Returns a few characters before a figure that tell it from others alike. */
function aheadOf(finding) {
  const at = finding.quote.indexOf(finding.stated);
  if (at <= 0) return "";
  return finding.quote.slice(Math.max(0, at - AHEAD), at).split(/[【】]/).at(-1);
}
