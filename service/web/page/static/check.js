// What a check found, next to the document: findings with filters, their places, reasons why some may stand, files.

import { get, send } from "./api.js";
import { DocumentView, itemOfFigure, itemOfFinding, PagesView } from "./check-document.js";
import { Evidence } from "./check-evidence.js";
import { FiguresView, FindingsView, plain } from "./check-findings.js";
import { CALM, scrollTo, Settling, WIDE } from "./check-scrolling.js";
import { showContradictions } from "./check-contradictions.js";
import { remember } from "./check-words.js";
import { promptText } from "./confirm.js";
import { fill, find, fragment, h } from "./dom.js";
import { copyText, download } from "./download.js";
import { dropHere, keep, keepHere, recall, recallHere } from "./kept.js";
import { announce, clearNotice, notice } from "./notice.js";
import { closePanel } from "./panel.js";
import { waiting } from "./waiting.js";
import { SEVERITIES } from "./words.js";

const ID = document.body.dataset.id;
const AT = `/v1/checks/${encodeURIComponent(ID)}`;
const NAME = "person";
const KEYS = "check-keys";
const LONGEST_TITLE = 40;
const FLASH_MS = 2000;

const state = { report: null, tables: [], list: "findings", pane: "list", side: "text", marks: null };
const views = {};
const host = find("#result");
find("#main").classList.add("wide");

// -------------------------------------------------------------------------------------------- opening

async function open() {
  const end = waiting(host, "正在打开核对结果……");
  try {
    state.report = await get(AT);
  } catch (problem) {
    const actions = problem.status === 404 ? [{ label: "回到核对", run: () => location.assign("/checks") }] : [{ label: "再试一次", run: open }];
    notice(host, { kind: "error", text: problem.message, actions });
    return;
  } finally {
    end();
    host.removeAttribute("aria-busy");
  }
  remember(ID);
  draw();
  await drawDocument();
  chooseFromAddress();
}

function draw() {
  const { report } = state;
  document.title = `${report.name} · 核对结果 · 有据`;
  const title = report.title || report.name;
  fill(find("#title"), "核对结果：", h("bdi", { text: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}……` : title }));
  views.summary = h("div", { class: "check-summary" });
  views.said = h("div");
  views.evidence = new Evidence({ at: AT, report, tables: () => state.tables, find: (place) => views.text?.elementAt(place), show: toOwn });
  const evidence = (place, opener) => views.evidence.show(place, opener);
  const act = { choose, accept, withdraw, evidence, place: showPlace, copy, isHere: (place) => place.document === state.report.document };
  views.findings = new FindingsView({ findings: report.findings, act, filters: recallHere(`check-filters:${ID}`, {}), onFilter: (filters) => keepHere(`check-filters:${ID}`, filters) });
  views.figures = new FiguresView({ judged: report.judged, act: { ...act, choose: chooseFigure } });
  views.document = h("div", { class: "document-body" }, h("p", { class: "muted" }, h("span", { class: "spinner", "aria-hidden": "true" }), " 正在打开原文……"));
  views.settling = new Settling(views.document);
  // Whoever scrolls is where they want to be.
  for (const event of ["wheel", "touchmove", "pointerdown"]) views.document.addEventListener(event, () => views.settling.stop(), { passive: true });
  views.listBody = h("div", { class: "list-body" });
  views.filters = h("div", { class: "pane-filters no-print" });
  views.panes = h(
    "div",
    { class: "panes", dataset: { pane: state.pane } },
    h("section", { class: "pane list-pane", "aria-label": "核对出的问题" }, listHead(), views.filters, views.listBody),
    h("section", { class: "pane document-pane", "aria-label": "原文" }, documentHead(), views.document),
  );
  fill(host, views.summary, toolbar(), views.said, h("div", null, paneTabs(), views.panes));
  drawSummary();
  showList(state.list);
}

function drawSummary() {
  const { report } = state;
  const { open: left } = report;
  const kind = left.error > 0 ? "bad" : left.warning > 0 ? "warn" : "good";
  const whose = [report.entity ?? "没有写明部门", report.year ? `${report.year}年` : "没有写明年度", report.stage, report.pages ? `${report.pages}页` : ""].filter(Boolean).join("，");
  const titles = [...new Set(report.against.map((each) => each.title || report.name))];
  const { figures, cells } = report;
  const count = (number, label, tone, run, says) =>
    h("li", null, run ? h("button", { type: "button", class: `count ${number > 0 ? tone : ""}`, title: says, on: { click: run } }, h("b", { text: String(number) }), label) : h("span", { class: `count ${number > 0 ? tone : ""}`, title: says }, h("b", { text: String(number) }), label));
  const figure = (verdict) => () => (showList("figures"), views.figures.show(verdict));
  fill(
    views.summary,
    h("p", { class: `outcome ${kind}` }, h("span", { "aria-hidden": "true", text: kind === "bad" ? "✗ " : kind === "warn" ? "！ " : "✓ " }), report.summary),
    h("p", { class: "small-text muted" }, h("bdi", { text: report.name }), `（${whose}）。对照：`, titles.length > 0 ? titles.map((each, n) => [n > 0 && "、", "《", h("bdi", { text: each }), "》"]) : "没有可对照的表格，只核对了文字内部的算术", "。"),
    h(
      "ul",
      { class: "counts", "aria-label": "核对了多少" },
      count(figures.total, "文中数字", "", figure("")),
      count(figures.supported, "相符", "good", figure("supported")),
      count(figures.contradicted, "不符", "bad", figure("contradicted")),
      count(figures.unverifiable, "无法核对", "", figure("unverifiable"), "手头没有能对照的表或数，不等于有错"),
      cells.proven + cells.unproven + cells.contradicted > 0 && [count(cells.proven, "表中勾稽相符", "good"), count(cells.contradicted, "表中有矛盾", "bad", cells.contradicted > 0 ? contradictions : null, "点开看是哪几格、哪条关系不成立")],
      report.accepted > 0 && count(report.accepted, "已说明", "good", () => (showList("findings"), views.findings.set("state", "accepted"))),
    ),
  );
}

/** Shows the relations behind the number of contradicted cells. */
function contradictions(event) {
  const close = () => !WIDE.matches && closePanel();
  showContradictions({
    at: AT, opener: event.currentTarget,
    lead: (cell) => {
      close();
      const element = views.text?.elementAt({ document: state.report.document, table: cell.table, row_index: cell.row, column_index: cell.column, start: null, end: null });
      if (element) toOwn(element);
    },
    choose: (finding) => {
      close();
      choose(finding, { keepFocus: false });
    },
  });
}

// ----------------------------------------------------------------------------------------------- files

function toolbar() {
  const { annotates, name } = state.report;
  const said = { docx: "批注原文（Word）", pdf: "批注原文（PDF）" }[annotates];
  const file = (label, form) => h("button", { type: "button", class: "button small", text: label, on: { click: (event) => save(event.currentTarget, form) } });
  const why = "原文不是Word（DOCX）或PDF，不能写入批注，请下载报告。";
  return h(
    "div",
    { class: "toolbar" },
    h("span", { class: "muted", text: "下载" }),
    file("报告（网页）", "html"),
    file("报告（Word）", "docx&report=true"),
    file("报告（Markdown）", "md"),
    said ? file(said, annotates) : [h("button", { type: "button", class: "button small", "aria-disabled": "true", "aria-describedby": "no-copy", text: "批注原文", on: { click: () => announce(why) } }), h("span", { id: "no-copy", class: "hint", text: why })],
    h("button", { type: "button", class: "button small quiet push", text: "打印", on: { click: () => print() } }),
    h("button", { type: "button", class: "button small quiet", text: "复制链接", "aria-label": `复制${name}的核对结果的链接`, on: { click: () => copyText(location.href).then((isDone) => isDone && notice(views.said, { kind: "done", text: "链接已复制，打开它的人能看到这次核对，也能标为已说明。" })) } }),
  );
}

async function save(button, form) {
  clearNotice(views.said);
  const label = button.textContent;
  button.disabled = true;
  button.textContent = `${label}……`;
  try {
    await download(`${AT}/file?format=${form}`);
    announce("已下载。");
  } catch (problem) {
    notice(views.said, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => save(button, form) }] });
  } finally {
    button.disabled = false;
    button.textContent = label;
    button.focus();
  }
}

// -------------------------------------------------------------------------------------------- the panes

/** On small screens one pane is shown at a time. */
function paneTabs() {
  views.paneTabs = [["list", "问题"], ["document", "原文"]].map(([pane, label]) => h("button", { type: "button", class: "chip", "aria-pressed": String(state.pane === pane), dataset: { pane }, text: label, on: { click: () => showPane(pane) } }));
  return h("div", { class: "pane-tabs chips no-print", role: "group", "aria-label": "看哪一边" }, views.paneTabs);
}

function showPane(pane) {
  state.pane = pane;
  views.panes.dataset.pane = pane;
  views.paneTabs.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.pane === pane)));
}

function listHead() {
  views.listTabs = [["findings", "问题"], ["figures", "文中数字"]].map(([list, label]) => h("button", { type: "button", class: "chip", dataset: { list }, text: label, on: { click: () => showList(list) } }));
  const isOn = recall(KEYS, true);
  const keys = h("input", { type: "checkbox", checked: isOn, on: { change: () => keep(KEYS, keys.checked) } });
  return h(
    "div",
    { class: "pane-head no-print" },
    h("div", { class: "chips tight", role: "group", "aria-label": "看问题还是全部数字" }, views.listTabs),
    h("div", { class: "step-buttons" }, h("button", { type: "button", class: "button small", "aria-label": "上一条", text: "↑ 上一条", on: { click: () => step(-1) } }), h("button", { type: "button", class: "button small", "aria-label": "下一条", text: "↓ 下一条", on: { click: () => step(1) } })),
    h("label", { class: "hint keys" }, keys, "也可以按键盘 ", h("kbd", { text: "j" }), "（下一条）", h("kbd", { text: "k" }), "（上一条）"),
  );
}

function showList(list) {
  state.list = list;
  views.listTabs.forEach((each) => {
    each.setAttribute("aria-pressed", String(each.dataset.list === list));
    each.textContent = each.dataset.list === "findings" ? `问题 ${state.report.findings.length}` : `文中数字 ${state.report.judged.length}`;
  });
  fill(views.filters, views[list].head);
  fill(views.listBody, views[list].node);
  showPane("list");
  views.text?.update(items());
}

function documentHead() {
  const side = (name, label) => h("button", { type: "button", class: "chip", dataset: { side: name }, "aria-pressed": String(state.side === name), text: label, on: { click: () => showSide(name) } });
  const isPdf = state.report.annotates === "pdf" && state.report.pages;
  views.sides = isPdf ? [side("text", "文字"), side("pages", "原页图")] : [];
  return h(
    "div",
    { class: "pane-head no-print" },
    isPdf ? h("div", { class: "chips tight", role: "group", "aria-label": "看文字还是原页" }, views.sides) : h("strong", { text: "原文" }),
    h("span", { class: "hint legend" }, Object.values(SEVERITIES).map((each) => h("span", { class: `key ${each.kind}`, text: `${each.sign} ${each.name}` })), h("span", { class: "key good", text: "✓ 已说明" })),
  );
}

async function drawDocument() {
  try {
    const [blocks, tables] = await Promise.all([get(`${AT}/content`), get(`${AT}/tables`)]);
    state.tables = tables;
    views.text = new DocumentView({ blocks, tables, items: items(), onChoose: chosenInDocument });
    if (state.side === "text") fill(views.document, blocks.length > 0 ? views.text.node : h("p", { class: "empty", text: "这份文件没有可显示的文字。" }));
  } catch (problem) {
    notice(views.document, { kind: "error", text: `原文没有取到：${problem.message}`, actions: [{ label: "再试一次", run: drawDocument }] });
  }
}

/** Shows the text, or the pages as they look. */
async function showSide(side) {
  state.side = side;
  views.sides.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.side === side)));
  if (side === "text") {
    fill(views.document, views.text.node);
  } else {
    views.pages ??= new PagesView({ check: ID, pages: state.report.pages, onChoose: chosenInDocument });
    fill(views.document, views.pages.node);
    await markPages();
  }
  toPlace(current(), { quiet: true });
}

async function markPages() {
  try {
    state.marks ??= await get(`${AT}/pages`);
  } catch {
    return; // the pages are seen all the same
  }
  if (!views.pages) return;
  const byId = new Map(state.report.findings.map((each) => [each.id, itemOfFinding(each, state.report.document)]));
  views.pages.mark(state.marks.filter((each) => byId.has(each.finding)).map((each) => ({ ...byId.get(each.finding), page: each.page, boxes: each.boxes })), current());
}

/** What the text marks: findings, and every figure where those are listed. */
function items() {
  const { report } = state;
  const findings = report.findings.map((each) => itemOfFinding(each, report.document));
  return state.list === "figures" ? [...findings, ...report.judged.map((each, n) => itemOfFigure(each, `N${n + 1}`, report.document))] : findings;
}

// ---------------------------------------------------------------------------------------------- choosing

const current = () => (state.list === "findings" ? views.findings.current : views.figures.current);
const findingOf = (id) => state.report.findings.find((each) => each.id === id);

/** Opens a finding and shows its place in the document; "" closes it. */
function choose(id, { keepFocus = true, show = WIDE.matches } = {}) {
  if (state.list !== "findings") showList("findings");
  const card = views.findings.choose(id);
  history.replaceState(null, "", id ? `#${id}` : location.pathname + location.search);
  if (card) scrollTo(card, views.listBody, "nearest");
  if (card && !keepFocus) card.querySelector(".card-head").focus({ preventScroll: true });
  views.text?.show(id);
  if (state.marks) markPages();
  if (id && show) toPlace(id);
  if (id) announce(plain(findingOf(id)?.message ?? ""));
}

function chooseFigure(id) {
  const card = views.figures.choose(id);
  if (card) scrollTo(card, views.listBody, "nearest");
  views.text?.show(id);
  if (id && WIDE.matches) toPlace(id);
}

/** What was chosen in the document is shown in its list. */
function chosenInDocument(id) {
  if (id.startsWith("N")) {
    if (state.list !== "figures") showList("figures");
    chooseFigure(id);
  } else choose(id, { show: false, keepFocus: WIDE.matches });
  if (!WIDE.matches) {
    showPane("list");
    const card = views.listBody.querySelector(".current");
    card?.scrollIntoView({ block: "start" });
    card?.querySelector(".card-head").focus({ preventScroll: true });
  }
}

function step(by) {
  const ids = state.list === "findings" ? views.findings.shown().map((each) => each.id) : views.figures.shown().map((each) => each.id);
  if (ids.length === 0) return;
  const at = ids.indexOf(current());
  const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by;
  if (next < 0 || next >= ids.length) {
    announce(by > 0 ? "已是最后一条。" : "已是第一条。");
    return;
  }
  const isInList = views.listBody.contains(document.activeElement);
  bringIn();
  if (state.list === "findings") choose(ids[next], { keepFocus: !isInList });
  else {
    chooseFigure(ids[next]);
    if (isInList) views.listBody.querySelector(".current .card-head")?.focus({ preventScroll: true });
  }
}

/** Moves the page so that the two panes fill the window. */
function bringIn() {
  const { top } = views.panes.getBoundingClientRect();
  if (WIDE.matches && top > 120) scrollBy({ top: top - 68, behavior: CALM.matches ? "auto" : "smooth" });
}

/** Moves the document to the place of what is chosen. */
function toPlace(id, { quiet = false } = {}) {
  if (!id || !views.text) return;
  if (state.side === "pages") {
    const page = findingOf(id)?.places[0]?.page ?? state.report.judged[Number(id.slice(1)) - 1]?.page;
    const there = views.pages?.elementAt(id, page);
    if (there) views.settling.to(there);
    return;
  }
  const there = views.text.show(id);
  if (there) requestAnimationFrame(() => views.settling.to(there));
  else if (!quiet) announce("这一条说的是整份文件，原文里没有单独的位置。");
}

/** Shows a place of the document that was checked; on small screens, in its own pane. */
function showPlace(place, button, finding) {
  if (place.document !== state.report.document) return views.evidence.show(place, button);
  showPane("document");
  return toPlace(finding.id);
}

/** Shows a place of the document from the panel, and picks it out for a moment. */
function toOwn(element) {
  showPane("document");
  views.settling.to(element);
  element.classList.add("flash");
  setTimeout(() => element.classList.remove("flash"), FLASH_MS);
}

// ---------------------------------------------------------------------------------------------- accepting

/** Asks why a finding may stand, and notes it. What was typed is kept until that is done. */
async function accept(finding) {
  const key = `check-reason:${ID}:${finding.id}`;
  const typed = { reason: finding.accepted?.reason ?? "", by: recall(NAME, ""), ...recallHere(key, {}) };
  const asking = promptText({
    title: "标为已说明",
    text: `${plain(finding.message)}写明为什么可以不改；报告和批注里会列出理由和姓名，不再算作待改的问题。`,
    action: "标为已说明",
    fields: [
      { name: "reason", label: "理由", value: typed.reason, required: true, multiline: true, maxlength: 500, hint: "例如：差额是年中追加的预算，见某号批复。" },
      { name: "by", label: "姓名", value: typed.by, required: true, maxlength: 50, hint: "" },
    ],
  });
  for (const name of ["reason", "by"]) find(`dialog.ask [name="${name}"]`)?.addEventListener("input", (event) => keepHere(key, { ...typed, ...recallHere(key, {}), [name]: event.target.value }));
  const said = await asking;
  if (!said) return;
  keepHere(key, said);
  await noted(finding, () => send("PUT", `${AT}/marks/${finding.id}`, said), () => {
    dropHere(key);
    keep(NAME, said.by);
    return { text: `第${finding.id.slice(1)}条已标为已说明，不再算作待改。` };
  }, () => accept(findingOf(finding.id)));
}

async function withdraw(finding) {
  await noted(finding, () => send("DELETE", `${AT}/marks/${finding.id}`), () => ({ text: `第${finding.id.slice(1)}条的“已说明”已撤销。` }), () => withdraw(finding));
}

/** Changes a finding at the service, then here; the message stands in its card. */
async function noted(finding, change, done, again) {
  let said;
  try {
    await change();
    await refresh();
    said = { kind: "done", ...done() };
  } catch (problem) {
    said = { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: again }] };
  }
  notice(views.findings.cards.get(finding.id)?.querySelector(".card-said") ?? views.said, said);
}

/** Takes over what was accepted since, in this tab or another. */
async function refresh() {
  const { report } = state;
  const marks = await get(`${AT}/marks`);
  if (JSON.stringify(marks) === JSON.stringify(report.marks)) return;
  const [said] = await get(`/v1/checks?id=${encodeURIComponent(ID)}`);
  const byId = new Map(marks.map((each) => [each.finding, each]));
  Object.assign(report, { marks, summary: said.summary, open: said.open, accepted: said.accepted });
  report.findings = report.findings.map((each) => ({ ...each, accepted: byId.get(each.id) ?? null }));
  views.findings.update(report.findings);
  views.text?.update(items());
  if (state.marks) await markPages();
  drawSummary();
}

async function refreshQuietly() {
  if (!state.report || document.visibilityState !== "visible") return;
  try {
    await refresh();
  } catch (problem) {
    if (problem.status === 404) notice(views.said, { kind: "warning", text: "这次核对已被删除。页面上的还能看，刷新后就没有了。" });
  }
}

function copy(finding) {
  const rows = [["位置", finding.where], ["文中写", finding.stated], ["应为", finding.expected], ["算法", finding.working], ["原文", finding.quote]];
  return copyText([`【${SEVERITIES[finding.severity].name}】${plain(finding.message)}`, ...rows.filter(([, value]) => value).map(([name, value]) => `${name}：${value}`)].join("\n"));
}

// ---------------------------------------------------------------------------------------------- the page

function chooseFromAddress() {
  const id = fragment();
  if (!id) return;
  if (findingOf(id)) {
    bringIn();
    choose(id, { keepFocus: false });
  } else notice(views.said, { kind: "warning", text: `这次核对没有第${id.replace(/^F/, "")}条，请在列表里找。` });
}

const STEP_KEYS = { j: 1, n: 1, k: -1, p: -1 };

addEventListener("keydown", (event) => {
  const by = STEP_KEYS[event.key];
  if (!by || !state.report || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !recall(KEYS, true)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog.ask")) return;
  event.preventDefault();
  step(by);
});
addEventListener("hashchange", () => state.report && chooseFromAddress());
addEventListener("focus", refreshQuietly);
addEventListener("beforeprint", () => state.report && views.findings.whole());
document.addEventListener("visibilitychange", refreshQuietly);
document.addEventListener("youju:back", () => (state.report ? refreshQuietly() : open()));
open();
