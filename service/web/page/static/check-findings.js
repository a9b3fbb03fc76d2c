// The list of findings, and of all figures: filters with counts, one card each, the chosen one open.

import { cut, fill, h, uid } from "./dom.js";
import { VERDICTS } from "./check-words.js";
import { SEVERITIES, timeOf } from "./words.js";

const FIRST = 200;
const ALL = "";
const SIDE = 120;

/** Returns what a finding says without what is of no use on a page. */
export const plain = (message) => message.replace(/（命令行用[^）]*）/g, "");

/** The list of findings. `act` has what its buttons do: choose, accept, withdraw, evidence, place, copy. */
export class FindingsView {
  constructor({ findings, act, filters, onFilter }) {
    this.findings = findings;
    this.act = act;
    this.filters = { severity: ALL, kind: ALL, state: ALL, words: "", ...filters };
    this.onFilter = onFilter;
    this.current = "";
    this.most = FIRST;
    this.cards = new Map();
    this.severities = h("div", { class: "chips", role: "group", "aria-label": "按轻重筛选" });
    this.states = h("select", { class: "input", "aria-label": "按是否已说明筛选", on: { change: () => this.set("state", this.states.value) } });
    this.kinds = h("select", { class: "input", "aria-label": "按问题的种类筛选", on: { change: () => this.set("kind", this.kinds.value) } });
    this.words = h("input", { type: "search", class: "input", placeholder: "找科目、数字、页码……", "aria-label": "在提示里找文字", value: this.filters.words, on: { input: () => this.set("words", this.words.value) } });
    this.list = h("ol", { class: "finding-list" });
    this.rest = h("div");
    this.head = h("div", { class: "filters no-print" }, this.severities, h("div", { class: "filter-row" }, this.states, this.kinds, this.words));
    this.node = h("div", null, this.list, this.rest);
    this.render();
  }

  /** Shows other findings: some were accepted in the meantime. */
  update(findings) {
    this.findings = findings;
    this.render();
  }

  /** Returns the findings the filters let through, in their order. */
  shown() {
    return this.findings.filter((each) => this.fits(each));
  }

  /** Opens the card of a finding, whatever the filters; returns its element. */
  choose(id) {
    const found = this.findings.find((each) => each.id === id);
    if (found && !this.fits(found)) Object.assign(this.filters, { severity: ALL, kind: ALL, state: ALL, words: "" });
    const place = this.shown().findIndex((each) => each.id === id);
    if (place >= this.most) this.most = place + FIRST;
    this.current = id;
    this.render();
    return this.cards.get(id) ?? null;
  }

  /** Shows all, for printing. */
  whole() {
    this.most = Infinity;
    this.render();
  }

  set(name, value) {
    this.filters[name] = value;
    this.most = FIRST;
    this.render();
    this.onFilter(this.filters);
  }

  fits(finding, but = "") {
    const { severity, kind, state, words } = this.filters;
    return (
      (but === "severity" || severity === ALL || finding.severity === severity) &&
      (but === "kind" || kind === ALL || kindOf(finding) === kind) &&
      (but === "state" || state === ALL || stateOf(finding) === state) &&
      (!words.trim() || textOf(finding).includes(words.trim().toLowerCase()))
    );
  }

  render() {
    const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
    const count = (name, test) => this.findings.filter((each) => this.fits(each, name) && test(each)).length;
    const chip = (value, label) => {
      const n = count("severity", (each) => value === ALL || each.severity === value);
      return h("button", { type: "button", class: "chip", "aria-pressed": String(this.filters.severity === value), text: `${label} ${n}`, dataset: { filter: value || "all" }, on: { click: () => this.set("severity", value) } });
    };
    const pressed = document.activeElement?.dataset?.filter;
    fill(this.severities, chip(ALL, "全部"), Object.entries(SEVERITIES).map(([key, each]) => chip(key, `${each.sign} ${each.name}`)));
    if (pressed) this.severities.querySelector(`[data-filter="${pressed}"]`)?.focus();
    const state = (value, label) => h("option", { value, text: `${label}（${count("state", (each) => value === ALL || stateOf(each) === value)}）` });
    fill(this.states, state(ALL, "全部状态"), state("open", "待处理"), state("accepted", "已说明"));
    this.states.value = this.filters.state;
    const kinds = [...new Set(this.findings.map(kindOf))];
    fill(this.kinds, h("option", { value: ALL, text: `全部种类（${count("kind", () => true)}）` }), kinds.map((kind) => h("option", { value: kind, text: `${kind}（${count("kind", (each) => kindOf(each) === kind)}）` })));
    this.kinds.value = this.filters.kind;
    if (this.words.value !== this.filters.words) this.words.value = this.filters.words;
    const shown = this.shown();
    this.cards = new Map(shown.slice(0, this.most).map((each) => [each.id, this.card(each)]));
    fill(this.list, [...this.cards.values()]);
    const left = shown.length < this.findings.length && h("p", { class: "print-only", text: `只印出筛选后的${shown.length}条，这次核对共${this.findings.length}条。` });
    fill(this.rest, left, this.below(shown.length));
    if (focused && this.cards.has(focused)) this.cards.get(focused).querySelector(".card-head").focus({ preventScroll: true });
  }

  below(count) {
    if (this.findings.length === 0) return h("p", { class: "empty", text: "没有提示。" });
    if (count === 0) return h("p", { class: "empty" }, "没有符合筛选的提示。", h("button", { type: "button", class: "button small", text: "清除筛选", on: { click: () => this.clear() } }));
    if (count <= this.most) return null;
    return h("button", { type: "button", class: "button", text: `再显示一些（还有${count - this.most}条）`, on: { click: () => ((this.most += FIRST), this.render()) } });
  }

  clear() {
    Object.assign(this.filters, { severity: ALL, kind: ALL, state: ALL, words: "" });
    this.render();
    this.onFilter(this.filters);
  }

  card(finding) {
    const severity = SEVERITIES[finding.severity];
    const isOpen = finding.id === this.current;
    const body = uid("finding");
    const head = h(
      "button",
      { type: "button", class: "card-head", "aria-expanded": String(isOpen), "aria-controls": body, on: { click: () => this.act.choose(isOpen ? "" : finding.id) } },
      h("span", { class: `tag ${severity.kind}`, text: `${severity.sign} ${severity.name}` }),
      " ",
      finding.accepted && h("span", { class: "tag good", text: "✓ 已说明" }),
      h("span", { class: "number", text: `${finding.id.slice(1)}.` }),
      " ",
      h("span", { class: "message", text: plain(finding.message) }),
      finding.where && h("span", { class: "where", text: finding.where }),
    );
    return h(
      "li",
      { class: `finding ${severity.kind}${isOpen ? " current" : ""}${finding.accepted ? " accepted" : ""}`, id: finding.id, dataset: { card: finding.id } },
      head,
      h("div", { id: body, class: "card-body", hidden: !isOpen }, this.details(finding)),
    );
  }

  details(finding) {
    const rows = [["文中写", finding.stated, "stated"], ["应为", finding.expected, "expected"], ["算法", finding.working, ""]];
    const hasQuote = finding.quote && finding.quote !== finding.stated && !(finding.places[0]?.table && finding.places[0].row_index !== null);
    const [first, ...others] = finding.places;
    return [
      h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([name, value, kind]) => [h("dt", { text: name }), h("dd", { class: kind, text: value })])),
      hasQuote && h("p", { class: "quote" }, quoted(finding)),
      others.length > 0 && h("div", { class: "places" }, h("p", { class: "label", text: "依据和相关的地方" }), h("ul", null, others.slice(0, 12).map((place) => placeRow(place, this.act)), others.length > 12 && h("li", { text: `……等${others.length}处` }))),
      finding.accepted && h("p", { class: "notice done" }, h("strong", { text: "已说明：" }), finding.accepted.reason, h("span", { class: "muted", text: `（${finding.accepted.by}，${timeOf(finding.accepted.at)}）` })),
      h(
        "p",
        { class: "actions no-print" },
        finding.code === "no-tables-to-check-by" && h("a", { class: "button small", href: "/checks", text: "重新核对，加上对照的表" }),
        first && h("button", { type: "button", class: "button small", text: this.act.isHere(first) ? "在原文里看" : "看出处", on: { click: (event) => this.act.place(first, event.currentTarget, finding) } }),
        finding.accepted
          ? h("button", { type: "button", class: "button small", text: "撤销已说明", on: { click: () => this.act.withdraw(finding) } })
          : h("button", { type: "button", class: "button small", text: "标为已说明…", on: { click: () => this.act.accept(finding) } }),
        finding.accepted && h("button", { type: "button", class: "button small quiet", text: "改理由…", on: { click: () => this.act.accept(finding) } }),
        h("button", { type: "button", class: "button small quiet", text: "复制", on: { click: () => this.act.copy(finding) } }),
      ),
      h("div", { class: "card-said" }),
    ];
  }
}

/** The quote of a finding around the words in question, not longer than can be read at a glance. */
function quoted({ quote, highlight }) {
  const [begin, end] = highlight ?? [0, 0];
  const before = cut(quote, 0, begin);
  const after = cut(quote, end);
  return [
    before.length > SIDE ? `……${before.slice(-SIDE)}` : before,
    end > begin && h("mark", { text: cut(quote, begin, end) }),
    after.length > SIDE ? `${after.slice(0, SIDE)}……` : after,
  ];
}

/** A place that something rests on, with a button that shows it. */
function placeRow(place, act) {
  const words = [place.where, place.quote && place.table ? `：${place.quote}` : ""].join("");
  return h(
    "li",
    null,
    h("span", { text: words || "原文" }),
    " ",
    h("button", { type: "button", class: "link-button", "aria-label": `看出处：${words}`, text: "看出处", on: { click: (event) => act.evidence(place, event.currentTarget) } }),
  );
}

const stateOf = (finding) => (finding.accepted ? "accepted" : "open");
const kindOf = (finding) => finding.kind || "读文件时的提醒";

function textOf(finding) {
  return [finding.message, finding.where, finding.stated, finding.expected, finding.quote, kindOf(finding), finding.accepted?.reason, finding.accepted?.by].join(" ").toLowerCase();
}

/** The list of all figures of the text with their verdicts. */
export class FiguresView {
  constructor({ judged, act }) {
    this.judged = judged;
    this.act = act;
    this.verdict = ALL;
    this.words = "";
    this.most = FIRST;
    this.current = "";
    this.chips = h("div", { class: "chips", role: "group", "aria-label": "按结论筛选" });
    this.search = h("input", { type: "search", class: "input", placeholder: "找数字或名称……", "aria-label": "在数字里找", on: { input: () => ((this.words = this.search.value.trim().toLowerCase()), this.render()) } });
    this.list = h("ol", { class: "finding-list figures" });
    this.rest = h("div");
    this.head = h("div", { class: "filters no-print" }, this.chips, this.search);
    this.node = h("div", null, this.list, this.rest);
    this.render();
  }

  /** Opens the card of a figure; returns its element. */
  choose(id) {
    this.current = id;
    const at = Number(id.slice(1)) - 1;
    if (this.judged[at] && !this.fits(this.judged[at])) {
      this.verdict = ALL;
      this.words = this.search.value = "";
    }
    this.most = Math.max(this.most, at + 1);
    this.render();
    return this.list.querySelector(".current");
  }

  /** Returns the ids of the figures the filters let through. */
  shown() {
    return this.judged.map((each, n) => ({ each, id: `N${n + 1}` })).filter(({ each }) => this.fits(each));
  }

  fits(figure, but = "") {
    const isFound = !this.words || [figure.text, figure.subject, figure.where, figure.reason].join(" ").toLowerCase().includes(this.words);
    return isFound && (but === "verdict" || this.verdict === ALL || figure.verdict === this.verdict);
  }

  show(verdict) {
    this.verdict = verdict;
    this.render();
  }

  render() {
    const isFocused = document.activeElement?.closest?.(".figures .current") !== null && document.activeElement?.classList.contains("card-head");
    const pressed = document.activeElement?.dataset?.verdict;
    const count = (verdict) => this.judged.filter((each) => this.fits(each, "verdict") && (verdict === ALL || each.verdict === verdict)).length;
    const chip = (verdict, label) => h("button", { type: "button", class: "chip", "aria-pressed": String(this.verdict === verdict), dataset: { verdict: verdict || "all" }, text: `${label} ${count(verdict)}`, on: { click: () => this.show(verdict) } });
    fill(this.chips, chip(ALL, "全部"), Object.entries(VERDICTS).map(([key, each]) => chip(key, `${each.sign} ${each.name}`)));
    if (pressed) this.chips.querySelector(`[data-verdict="${pressed}"]`)?.focus();
    const shown = this.shown();
    fill(this.list, shown.slice(0, this.most).map(({ each, id }) => this.card(each, id)));
    if (isFocused) this.list.querySelector(".current .card-head")?.focus();
    fill(
      this.rest,
      shown.length === 0 && h("p", { class: "empty", text: this.judged.length === 0 ? "文字里没有可核对的数字。" : "没有符合筛选的数字。" }),
      shown.length > this.most && h("button", { type: "button", class: "button", text: `再显示一些（还有${shown.length - this.most}个）`, on: { click: () => ((this.most += FIRST), this.render()) } }),
    );
  }

  card(figure, id) {
    const verdict = VERDICTS[figure.verdict];
    const isOpen = id === this.current;
    const body = uid("figure");
    const rows = [["应为", figure.expected, "expected"], ["算法", figure.working, ""], ["原因", figure.reason, ""]];
    return h(
      "li",
      { class: `finding ${verdict.kind || "plain"}${isOpen ? " current" : ""}` },
      h(
        "button",
        { type: "button", class: "card-head", "aria-expanded": String(isOpen), "aria-controls": body, on: { click: () => this.act.choose(isOpen ? "" : id) } },
        h("span", { class: `tag ${verdict.kind}`, text: `${verdict.sign} ${verdict.name}` }),
        h("span", { class: "message" }, h("strong", { class: "figure-text", text: figure.text }), figure.subject && `　${figure.subject}`),
        figure.where && h("span", { class: "where", text: figure.where }),
      ),
      h(
        "div",
        { id: body, class: "card-body", hidden: !isOpen },
        [
          rows.some(([, value]) => value) && h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([name, value, kind]) => [h("dt", { text: name }), h("dd", { class: kind, text: value })])),
          figure.evidence.length > 0 && h("div", { class: "places" }, h("p", { class: "label", text: "依据" }), h("ul", null, figure.evidence.slice(0, 12).map((place) => placeRow(place, this.act)), figure.evidence.length > 12 && h("li", { text: `……等${figure.evidence.length}处` }))),
        ],
      ),
    );
  }
}
