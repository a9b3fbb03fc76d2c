// A document: its findings, and a table beside the page or the text that it came from. What is shown follows the
// address: #T03 a table, #T03.2.5 a cell, #L96 a line, #C3178-3233 a stretch of text, #P5 a page.

import { get } from "./api.js";
import { CellStory } from "./cell-story.js";
import { doubtOf, findingCount, proofShare, severityTag, tagsOf, titleOf } from "./document-parts.js";
import { SourcePane } from "./document-source.js";
import { fill, find, fragment, h } from "./dom.js";
import { download } from "./download.js";
import { announce, notice } from "./notice.js";
import { PROOFS, captionOf, stickNames, tableView } from "./table.js";
import { waiting } from "./waiting.js";
import { SEVERITIES } from "./words.js";

const id = document.body.dataset.id;
const base = `/v1/documents/${encodeURIComponent(id)}`;
const FEW_FINDINGS = 6;

/** Shows a document once everything about it is here. */
async function open() {
  const host = find("#document-notice");
  const end = waiting(host, "正在打开文档……");
  try {
    const [about, heads] = await Promise.all([get(base), get(`${base}/tables`)]);
    end();
    showAbout(about);
    showFindings(about.findings);
    new Work(about, heads).start();
  } catch (problem) {
    end();
    const isGone = problem.status === 404;
    notice(host, {
      kind: "error",
      text: isGone ? "没有这份文档，它可能已被删除。" : problem.message,
      actions: [isGone ? { label: "看全部文档", run: () => location.assign("/documents") } : { label: "再试一次", run: open }],
    });
  }
}

/** Leads back to the answer that this document was opened from. */
function offerWayBack() {
  const from = new URLSearchParams(location.search);
  const [conversation, answer] = ["c", "a"].map((name) => from.get(name) ?? "");
  if (![conversation, answer].every((each) => /^[0-9a-f]{12}$/.test(each))) return;
  find(".back").classList.add("from-answer");
  find(".back").prepend(h("a", { href: `/?c=${conversation}#${answer}`, text: "← 回到回答" }), "　");
}

function showAbout(about) {
  document.title = `${titleOf(about)} · 有据`;
  const place = h("div");
  const question = `/?${new URLSearchParams({ entity: about.entity, year: String(about.year) })}`;
  const save = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await download(`${base}/original`, { name: about.name });
      fill(place);
    } catch (problem) {
      notice(place, { kind: "error", text: problem.message });
    } finally {
      button.disabled = false;
    }
  };
  fill(
    find("#about"),
    h("h1", { text: titleOf(about) }),
    h("p", { class: "document-entity" }, about.entity, about.name !== about.title && h("span", { class: "muted", text: `　文件：${about.name}` })),
    h("p", { class: "document-tags" }, tagsOf(about).map((tag) => [tag, " "])),
    proofShare(about.cells, { findings: about.findings }),
    doubtOf(about),
    h(
      "p",
      { class: "toolbar" },
      h("a", { class: "button primary", href: question, text: "就这份文档提问" }),
      h("button", { type: "button", class: "button", text: "下载原件", on: { click: save } }),
    ),
    place,
  );
}

function showFindings(findings) {
  if (findings.length === 0) {
    fill(find("#findings"), h("p", { class: "muted", text: "读这份文档时没有发现要提醒的地方。" }));
    return;
  }
  const rank = Object.keys(SEVERITIES);
  const sorted = [...findings].sort((a, b) => rank.indexOf(a.severity) - rank.indexOf(b.severity));
  fill(
    find("#findings"),
    h(
      "details",
      { class: "card findings", open: findings.length <= FEW_FINDINGS || location.hash === "#findings" },
      h("summary", null, h("h2", { text: findingCount(findings) })),
      h("ul", { class: "list" }, sorted.map(findingItem)),
    ),
  );
}

function findingItem(finding) {
  const links = finding.places.map((place) => [hashOf(place), wordsOf(place)]).filter(([hash]) => hash);
  return h(
    "li",
    null,
    h("p", null, severityTag(finding.severity), ` ${finding.message}`),
    finding.quote && !finding.places[0]?.table && h("blockquote", { class: "quote", text: finding.quote }),
    links.length > 0 && h("p", { class: "small-text" }, "看原处：", links.map(([hash, words], n) => [n ? "、" : "", h("a", { href: hash, text: words })])),
  );
}

/** Returns the part of this page's address that shows a place. */
function hashOf(place) {
  if (place.table && place.row_index !== null) return `#${place.table}.${place.row_index}.${place.column_index ?? 0}`;
  if (place.table) return `#${place.table}`;
  if (place.start !== null) return `#C${place.start}-${place.end}`;
  if (place.line) return `#L${place.line}`;
  return place.page ? `#P${place.page}` : "";
}

function wordsOf(place) {
  const where = place.page ? `第${place.page}页` : place.line && !place.table ? `第${place.line}行` : "";
  const cell = [place.row, place.column].filter(Boolean).join(" · ");
  if (place.table) return [where, place.table_title || `表${place.table.replace(/^T0*/, "")}`, cell && `“${cell}”`].filter(Boolean).join(" ");
  return [where, place.table_title].filter(Boolean).join(" ") || "正文";
}

/** The tables beside their source. */
class Work {
  constructor(about, heads) {
    this.about = about;
    this.heads = heads;
    this.tables = new Map();
    this.current = "";
    this.turns = 0;
    this.list = h("nav", { class: "table-list", "aria-label": "表格" });
    this.pane = h("section", { class: "table-pane", "aria-label": "表格内容" });
    this.source = new SourcePane(about, base);
    this.story = new CellStory(base);
    find("#work").classList.toggle("no-tables", heads.length === 0);
    fill(find("#work"), this.list, heads.length > 0 && this.pane, this.source.node);
    this.items = new Map(heads.map((head) => [head.id, tableLink(head)]));
    this.showList();
  }

  /** Shows what the address names, now and whenever it changes. */
  start() {
    addEventListener("hashchange", () => this.route());
    this.route({ isFirst: true });
  }

  showList() {
    if (this.heads.length === 0) {
      // What was found in the document says so.
      this.list.hidden = true;
      return;
    }
    fill(
      this.list,
      h("h2", { text: `表格（${this.heads.length}张）` }),
      h("ol", null, this.heads.map((head) => h("li", null, this.items.get(head.id)))),
    );
  }

  async route({ isFirst = false } = {}) {
    this.turns += 1;
    const hash = fragment();
    const cell = /^(T\d+)(?:\.(\d+)\.(\d+))?$/.exec(hash);
    const source = this.source.route(hash);
    const isSource = source !== null;
    if (cell && this.items.has(cell[1])) await this.show(cell[1], cell[2] === undefined ? null : { row: Number(cell[2]), column: Number(cell[3]) });
    else if (isFirst && this.heads.length > 0) await this.show(this.heads[0].id, null, { isQuiet: true, isSource });
    else if (isFirst && !isSource) this.source.begin();
    await source;
    if (isSource) this.source.node.scrollIntoView({ block: isFirst ? "start" : "nearest" });
    else if (isFirst && hash === "findings") find("#findings").scrollIntoView({ block: "start" });
  }

  /** Shows a table, with one of its cells picked out. */
  async show(table, cell, { isQuiet = false, isSource = false } = {}) {
    const turn = this.turns;
    this.current = table;
    for (const [name, link] of this.items) {
      if (name === table) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.keepListed(table);
    const isNew = this.pane.dataset.table !== table;
    if (isNew && !(await this.draw(table))) return;
    if (this.current !== table) return;
    const found = this.tables.get(table);
    if (cell && !found.cells[cell.row]?.[cell.column]) cell = null;
    this.mark(cell);
    // The reader may have asked for another place while the table was on its way.
    if (!isSource && turn === this.turns) this.source.showTable(found, cell);
    if (!isQuiet && !cell) this.pane.scrollIntoView({ block: "nearest" });
    await this.tell(found, cell, isNew);
  }

  /** Keeps the chosen table in sight within the list, without moving the page. */
  keepListed(table) {
    const box = this.list.querySelector("ol");
    const link = this.items.get(table);
    if (box) box.scrollTop = link.offsetTop - box.clientHeight / 2;
  }

  async draw(table) {
    const host = h("div");
    fill(this.pane, host);
    const end = waiting(host, "正在取表格……");
    try {
      if (!this.tables.has(table)) {
        const [found] = await get(`/v1/tables?${new URLSearchParams({ document: id, table })}`);
        this.tables.set(table, found);
      }
    } catch (problem) {
      if (this.current === table) notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.show(table, null) }] });
      return false;
    } finally {
      end();
    }
    if (this.current !== table) return false;
    const found = this.tables.get(table);
    const onCell = (row, column) => (location.hash = `${table}.${row}.${column}`);
    this.pane.dataset.table = table;
    fill(this.pane, this.turning(table), h("h2", { text: captionOf(found) }), tableView(found, { onCell, caption: false }), legend(found), this.story.node, remarks(found));
    return true;
  }

  /** Returns links to the tables before and behind. */
  turning(table) {
    const at = this.heads.findIndex((head) => head.id === table);
    const link = (n, text) => {
      const head = this.heads[n];
      return head ? h("a", { class: "button small", href: `#${head.id}`, text }) : h("span", { class: "button small", "aria-disabled": "true", text });
    };
    return h("p", { class: "toolbar turning no-print" }, link(at - 1, "← 上一张表"), h("span", { class: "muted small-text", text: `第${at + 1}张，共${this.heads.length}张` }), link(at + 1, "下一张表 →"));
  }

  mark(cell) {
    for (const td of this.pane.querySelectorAll("td.mark")) {
      td.classList.remove("mark");
      td.removeAttribute("aria-current");
    }
    const td = cell && this.pane.querySelector(`td[data-row="${cell.row}"][data-column="${cell.column}"]`);
    if (!td) return;
    stickNames(this.pane, this.tables.get(this.current), cell.column);
    td.classList.add("mark");
    td.setAttribute("aria-current", "true");
    const region = td.closest(".table-region");
    const box = td.getBoundingClientRect();
    const within = region.getBoundingClientRect();
    if (box.top < within.top + 80 || box.bottom > within.bottom) region.scrollTop += box.top - within.top - within.height / 2;
    const names = region.querySelector("td.name")?.offsetWidth ?? 0;
    if (box.left < within.left + names || box.right > within.right) region.scrollLeft += box.right + 24 - within.right;
    this.pane.scrollIntoView({ block: "nearest" });
  }

  async tell(table, cell, isNew) {
    if (!cell) {
      this.story.invite();
      return;
    }
    await this.story.tell(table, cell);
    // What is told about a cell must not stay below the edge of the window unnoticed.
    const { top } = this.story.node.getBoundingClientRect();
    if (top > innerHeight - 140) scrollBy(0, top - innerHeight * 0.6);
    const said = table.cells[cell.row][cell.column];
    announce(`${isNew ? `${table.title}，` : ""}${said.raw || "空白"}，${said.proof ?? "不是数字"}。说明在表格下面。`);
  }
}

function tableLink(head) {
  return h(
    "a",
    { href: `#${head.id}` },
    h("span", { class: "table-name" }, head.title || `表${head.id.replace(/^T0*/, "")}`),
    h("span", { class: "small-text muted" }, [head.page && `第${head.page}页`, head.by_ocr && "OCR识读"].filter(Boolean).join("，")),
    proofShare(head.cells, { short: true }),
  );
}

function legend(table) {
  const signs = Object.entries(PROOFS).map(([name, { sign, kind, means }]) => h("li", { class: `legend-${kind}`, title: means }, h("span", { class: "sign", text: sign }), ` ${name}`));
  return h(
    "div",
    { class: "legend small-text" },
    h("ul", { "aria-label": "数字后面的记号" }, signs, table.by_ocr && h("li", { class: "legend-ocr", text: "［识］ 从扫描图片识别，可能认错" })),
    table.cells.some((row) => row.some((cell) => cell.proof)) && h("p", { class: "muted", text: "点任何一个数字，看它为什么是已验证、未验证或有矛盾。" }),
  );
}

function remarks(table) {
  const part = (title, lines) =>
    lines.length > 0 && h("details", { class: "small-text" }, h("summary", { text: `${title}（${lines.length}条）` }), h("ul", null, lines.map((text) => h("li", { text }))));
  return [part("表下的注", table.notes), part("读表时做的修补", table.repairs)];
}

offerWayBack();
open();
