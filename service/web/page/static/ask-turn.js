// One question of a conversation and what comes of it: steps while it is worked on, then the answer with its figures.

import { asRows, asText, isCorrection, paragraphsOf, placeOf, sourcesOf } from "./ask-copy.js";
import { chartsView } from "./chart.js";
import { fill, h, uid } from "./dom.js";
import { copyTable, copyText } from "./download.js";
import { openEvidence, openQuote, placeLink } from "./evidence.js";
import { figureButton, inWords, legend } from "./figure.js";
import { notice } from "./notice.js";

const STEPS = [
  ["understanding", "理解"],
  ["calculating", "取数"],
  ["wording", "措辞"],
  ["verifying", "核对"],
];
const SLOW_MS = 5000;
const LIST_FROM = 6;
const STATUS = { refused: ["warn", "回答不了"], clarify: ["info", "要先说清"] };
/** What a refusal misses where the store is empty. */
const NOTHING_HELD = "资料库为空";
const SEVERITIES = { error: "错误", warning: "警告", note: "提示" };

/** A question and its answer on the page. `ask` asks something anew, `retry` the same again. */
export class Turn {
  constructor(question, { ask, retry }) {
    this.question = question;
    this.ask = ask;
    this.retry = retry;
    this.said = "";
    this.isAnswered = false;
    this.body = h("div", { class: "answer" });
    const id = uid("question");
    this.node = h("li", { class: "turn", "aria-labelledby": id }, h("h2", { class: "question", id, tabindex: question.length > 240 ? "0" : null }, h("span", { class: "visually-hidden", text: "问：" }), question), this.body);
  }

  /** Shows that the question is being worked on. */
  wait() {
    this.said = "";
    this.began = Date.now();
    this.steps = h("ol", { class: "work" });
    this.slow = h("p", { class: "hint", hidden: true });
    this.words = h("p", { class: "answer-text" });
    fill(this.body, h("div", { class: "working", role: "status", "aria-label": "正在回答" }, h("span", { class: "spinner", "aria-hidden": "true" }), this.steps), this.slow, this.words);
    this.step("understanding");
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), 1000);
  }

  /** Marks the step that has begun. */
  step(name) {
    const at = STEPS.findIndex(([each]) => each === name);
    this.at = Math.max(at, 0);
    fill(this.steps, STEPS.map(([, text], n) => h("li", { class: n < this.at ? "past" : n === this.at ? "now" : "", "aria-current": n === this.at ? "step" : null }, text, n < this.at && h("span", { class: "visually-hidden", text: "（已做）" }))));
  }

  tick() {
    const passed = Date.now() - this.began;
    if (passed < SLOW_MS) return;
    this.slow.hidden = false;
    this.slow.textContent = `已等${Math.floor(passed / 1000)}秒。可以接着等，也可以按“停止”，问题会放回输入框。`;
  }

  /** Adds a sentence of the verified answer. */
  hear(text) {
    this.said += text;
    fill(this.words, this.said);
  }

  settle() {
    clearInterval(this.timer);
  }

  /** Shows the words of an answer whose details could not be had (yet). */
  plain(text, problem = null, again = null) {
    this.settle();
    this.isAnswered = true;
    const host = h("div");
    fill(this.body, h("p", { class: "answer-text", text }), host);
    if (problem) notice(host, { kind: "warning", text: `答案在上面，但它的依据没有取到：${problem.message}`, actions: again ? [{ label: "再取一次", run: again }] : [] });
  }

  /** Says why there is no answer, and offers to ask again. */
  fail(text, { kind = "error", actions = null } = {}) {
    this.settle();
    const host = h("div");
    fill(this.body, host);
    notice(host, { kind, text, actions: actions ?? [{ label: "再问一次", run: () => this.retry(this) }] });
  }

  /** Shows an answer as /v1/answers/{id}/presentation gives it. */
  show(shown, { isKept = true } = {}) {
    this.settle();
    this.shown = shown;
    this.isAnswered = true;
    const { answer } = shown;
    const open = (which, button) => openEvidence(shown, which, button);
    const [tone, status] = STATUS[answer.status] ?? [];
    const tags = signsOf(shown);
    const isQuoting = shown.sentences.some((each) => each.quoted.length > 0);
    fill(
      this.body,
      status && !answer.text.startsWith(status) && h("p", { class: "answer-status" }, h("span", { class: `tag ${tone}`, text: status })),
      repairs(answer),
      wording(shown, open),
      answer.missing === NOTHING_HELD && h("p", null, h("a", { class: "button primary", href: "/documents", text: "去添加文档" })),
      readings(shown, this.ask),
      shown.charts.length > 0 && chartsView(shown.charts, open, answer.entity ?? ""),
      list(shown, open),
      findings(answer),
      legend(tags, { isQuoting }),
      !isKept && h("p", { class: "hint", text: "这次问答没能存进对话历史；刷新后会看不到，请先复制。" }),
      tools(shown),
      printed(shown),
      how(shown),
    );
  }
}

// -- words ----------------------------------------------------------------------------------------------------------

function wording(shown, open) {
  const isRefused = shown.answer.status === "refused";
  const paragraph = (sentences) => h("p", { class: `answer-text ${isCorrection(sentences[0].text) ? "correction" : ""} ${isRefused ? "refusal" : ""}` }, sentences.map((each) => pieces(shown, each, open)));
  return h("div", { class: "answer-words" }, paragraphsOf(shown).map(paragraph));
}

/** Returns the tags whose signs stand in the text and beside the bars. */
function signsOf(shown) {
  const inText = shown.sentences.flatMap((each) => each.figures.flatMap((figure) => figure.tags.slice(0, 1)));
  const atBars = shown.charts.flatMap((chart) => chart.bars.flatMap((each) => each.tags.filter((tag) => tag.tone !== "plain")));
  return [...inText, ...atBars];
}

/** Cuts a sentence into words and figures; offsets count characters, not code units. */
function pieces(shown, sentence, open) {
  const characters = [...sentence.text];
  const cut = (from, to) => characters.slice(from, to).join("");
  const figures = [...sentence.figures.map((each) => ({ ...each, isQuoted: false })), ...sentence.quoted.map((each) => ({ ...each, isQuoted: true }))].sort((a, b) => a.start - b.start);
  const out = [];
  let at = 0;
  for (const each of figures) {
    if (each.start < at) continue;
    out.push(cut(at, each.start));
    if (each.isQuoted) out.push(quotedFigure(shown, each, cut(0, each.start)));
    else out.push(figureButton({ text: each.text, tags: each.tags, label: each.label, after: cut(each.end, each.end + 24), open: (button) => open(each, button) }));
    at = each.end;
  }
  out.push(cut(at, characters.length));
  return held(out);
}

/** Keeps the mark behind a figure on its line. */
function held(parts) {
  const out = [];
  parts.forEach((each, n) => {
    const mark = typeof each === "string" && n > 0 ? (/^[，。；、：）”！？%]/.exec(each)?.[0] ?? "") : "";
    if (mark) out.push(h("span", { class: "figure-held" }, out.pop(), mark), each.slice(mark.length));
    else out.push(each);
  });
  return out;
}

function quotedFigure(shown, each, before) {
  return h("button", { type: "button", class: "figure-button quoted", title: "引用的原文里的数。点开看原文", on: { click: (event) => openQuote(shown, each.citation, each.text, event.currentTarget, before) } }, each.text, h("span", { class: "visually-hidden", text: "（原文里的数，看原文）" }));
}

/** Says how typos of the question were read. */
function repairs(answer) {
  const told = (answer.repairs ?? []).map((each) => `按“${each.read_as}”理解（问题里写的是“${each.written}”）。`);
  return told.length > 0 && h("p", { class: "hint repairs", text: told.join("") });
}

function readings(shown, ask) {
  if (shown.readings.length === 0) return null;
  const choices = shown.readings.map(({ text, question }) => (question ? h("button", { type: "button", class: "button", text, on: { click: () => ask(question) } }) : h("span", { class: "chip", text })));
  return h("div", { class: "readings", role: "group", "aria-label": "问的是哪一个" }, h("p", { class: "hint", text: "问的是哪一个？点一个就按它回答。" }), h("div", { class: "reading-list" }, choices));
}

/** Returns the figures of a longer list as a table, where no chart has them. */
function list(shown, open) {
  if (shown.charts.length > 0) return null;
  const groups = new Map();
  shown.answer.results.forEach((each, n) => {
    if (each.formula && each.value) groups.set(each.formula, [...(groups.get(each.formula) ?? []), n]);
  });
  const longest = [...groups.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  if (longest.length < LIST_FROM) return null;
  const rows = longest.map((n) => {
    const result = shown.answer.results[n];
    const tags = shown.evidence[n].tags;
    return h("tr", null, h("th", { scope: "row", text: result.label }), h("td", { class: "figure" }, figureButton({ text: `${result.value}${result.unit}`, tags, label: result.label, open: (button) => open({ result: n }, button) })), h("td", { text: inWords(tags) }));
  });
  return h(
    "div",
    { class: "table-region", role: "region", tabindex: "0", "aria-label": "回答里的各项" },
    h("table", { class: "data" }, h("thead", null, h("tr", null, ["名称", "数", "怎么来的"].map((text) => h("th", { scope: "col", text })))), h("tbody", null, rows)),
  );
}

function findings(answer) {
  const told = answer.findings.filter((each) => !answer.text.includes(each.message));
  if (told.length === 0) return null;
  return h("ul", { class: "answer-findings", "aria-label": "要注意" }, told.slice(0, 5).map((each) => h("li", null, h("span", { class: `tag ${each.severity === "note" ? "info" : each.severity === "error" ? "bad" : "warn"}`, text: SEVERITIES[each.severity] ?? each.severity }), " ", each.message)), told.length > 5 && h("li", { class: "muted", text: `另有${told.length - 5}条，见“怎么得出的”。` }));
}

// -- what can be done with it ------------------------------------------------------------------------------------------

function tools(shown) {
  const hasRows = shown.answer.results.some((each) => each.value);
  return h(
    "div",
    { class: "answer-tools no-print" },
    h("button", { type: "button", class: "button small quiet", text: "复制文字", on: { click: () => copyText(asText(shown)) } }),
    hasRows && h("button", { type: "button", class: "button small quiet", text: "复制成表格", on: { click: () => copyTable(asRows(shown)) } }),
  );
}

/** Lists the places for paper, where nothing can be clicked. */
function printed(shown) {
  const places = sourcesOf(shown);
  if (places.length === 0) return null;
  return h("div", { class: "print-only" }, h("p", { text: "出处" }), h("ol", null, places.map(({ cited, n }) => h("li", { text: placeOf(shown, cited, n) }))), h("p", { text: `回答编号：${shown.answer.id}` }));
}

function how(shown) {
  const { answer } = shown;
  const words = answer.results.map((each, n) => ({ each, known: shown.evidence[n] })).filter(({ each }) => each.working);
  const unique = [...new Map(words.map((each) => [each.each.working, each])).values()];
  const places = sourcesOf(shown);
  const byModel = `数由固定规则取出和计算；措辞由语言模型${answer.model?.name ? `（${answer.model.name}）` : ""}提出，逐字核对后采用`;
  return h(
    "details",
    { class: "how" },
    h("summary", { text: "怎么得出的" }),
    shown.plan.length > 0 && [h("h3", { text: "按什么算" }), h("ul", null, shown.plan.map((text) => h("li", { text })))],
    unique.length > 0 && [h("h3", { text: "计算" }), h("ul", { class: "figure-text" }, unique.map(({ each }) => h("li", { class: "pre", text: each.working })))],
    places.length > 0 && [h("h3", { text: "出处" }), h("ol", null, places.map(({ cited, n }) => h("li", null, placeLink(shown, cited, placeOf(shown, cited, n)))))],
    answer.findings.length > 0 && [h("h3", { text: "提示" }), h("ul", null, answer.findings.map((each) => h("li", { text: `［${SEVERITIES[each.severity] ?? each.severity}］${each.message}` })))],
    answer.missing && [h("h3", { text: "缺少" }), h("p", { text: answer.missing })],
    h("h3", { text: "这次回答" }),
    h(
      "ul",
      { class: "small-text muted" },
      answer.entity && h("li", { text: `说的是${answer.entity}${answer.year ? `，${answer.year}年` : ""}。` }),
      h("li", { text: `${answer.path === "model" ? byModel : "按固定规则回答，没有用语言模型"}。用时${answer.ms}毫秒。` }),
      h("li", { text: `编号 ${answer.id}：有疑问时报这个号，能查到这次回答。` }),
    ),
  );
}
