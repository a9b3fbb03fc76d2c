// The view 文档: documents are added here, listed with how well their figures are proven, and deleted.

import { get, send } from "./api.js";
import { confirm } from "./confirm.js";
import { doubtOf, figureCount, findingCount, proofShare, tagsOf, titleOf } from "./document-parts.js";
import { fill, find, h, uid } from "./dom.js";
import { announce, clearNotice, notice } from "./notice.js";
import { Uploads } from "./uploads.js";
import { waiting } from "./waiting.js";

/** From so many documents on, the list can be searched and ordered. */
const MANY = 10;
const ORDERS = {
  entity: ["按部门", null],
  year: ["按年度，新的在前", (a, b) => b.year - a.year],
  doubt: ["有矛盾、未验证多的在前", (a, b) => b.cells.contradicted - a.cells.contradicted || b.cells.unproven - a.cells.unproven],
};

let documents = [];
let words = "";
let order = "entity";

/** Reads the list anew and shows it. */
async function refresh() {
  const host = find("#held");
  const end = documents.length === 0 ? waiting(host, "正在取文档列表……") : () => {};
  try {
    documents = await get("/v1/documents");
    clearNotice(find("#held-notice"));
    showTools();
    showList();
  } catch (problem) {
    notice(find("#held-notice"), { kind: "error", text: problem.message, actions: [{ label: "再取一次", run: refresh }] });
  } finally {
    end();
  }
}

function showTools() {
  const host = find("#held-tools");
  if (documents.length <= MANY) {
    words = "";
    fill(host);
    return;
  }
  if (host.firstChild) return;
  const search = uid("search");
  const sort = uid("sort");
  fill(
    host,
    h(
      "div",
      { class: "toolbar held-tools" },
      h(
        "span",
        null,
        h("label", { for: search, text: "筛选" }),
        h("input", { id: search, type: "search", class: "input", placeholder: "部门、年度或文件名里的字", on: { input: (event) => filter(event.target.value) } }),
      ),
      h(
        "span",
        null,
        h("label", { for: sort, text: "排列" }),
        h(
          "select",
          { id: sort, class: "input", on: { change: (event) => ((order = event.target.value), showList()) } },
          Object.entries(ORDERS).map(([value, [text]]) => h("option", { value, text })),
        ),
      ),
    ),
  );
}

function filter(text) {
  words = text.trim().toLowerCase();
  showList();
  announce(`符合的文档${chosen().length}份。`);
}

function chosen() {
  const wanted = words.split(/\s+/).filter(Boolean);
  const says = (each) => `${each.title} ${each.entity} ${each.year}年 ${each.stage} ${each.kind} ${each.name}`.toLowerCase();
  const found = documents.filter((each) => wanted.every((word) => says(each).includes(word)));
  const by = ORDERS[order][1];
  return by ? [...found].sort(by) : found;
}

function showList() {
  const host = find("#held");
  const shown = chosen();
  if (documents.length === 0) fill(host, empty());
  else if (shown.length === 0) fill(host, h("p", { class: "empty", text: `没有符合“${words}”的文档。换几个字试试，或清空筛选框。` }));
  else fill(host, h("p", { class: "muted small-text", text: countOf(shown.length) }), h("ul", { class: "list card documents" }, shown.map(item)));
}

function countOf(count) {
  return count === documents.length ? `共${count}份。` : `${documents.length}份中的${count}份。`;
}

function empty() {
  return h(
    "div",
    { class: "empty" },
    h("h2", { text: "还没有文档" }),
    h("p", { text: "先添加一份部门预算公开文件。它通常在单位门户网站的“预决算公开”栏目里，封面写有单位名称和“××××年度部门预算”。" }),
    h("p", { text: "同一部门几年的文件都放进来，就能问“比上年增减多少、为什么”。" }),
  );
}

function item(each) {
  const said = findingCount(each.findings);
  const isBad = each.findings.some((finding) => finding.severity === "error");
  const place = h("div");
  const address = `/documents/${encodeURIComponent(each.id)}`;
  return h(
    "li",
    { dataset: { id: each.id } },
    h("div", { class: "document-head" }, h("h3", null, h("a", { href: address, text: titleOf(each) })), removal(each, place)),
    h("p", { class: "document-entity" }, each.entity, each.name !== each.title && h("span", { class: "muted", text: `　文件：${each.name}` })),
    h("p", { class: "document-tags" }, tagsOf(each).map((tag) => [tag, " "]), said && h("a", { class: `tag ${isBad ? "bad" : "warn"}`, href: `${address}#findings`, text: said })),
    proofShare(each.cells, { findings: each.findings, href: `${address}#findings` }),
    doubtOf(each),
    place,
  );
}

function removal(each, place) {
  return h("button", { type: "button", class: "button small quiet", "aria-label": `删除《${titleOf(each)}》`, text: "删除", on: { click: () => remove(each, place) } });
}

const figuresOf = (each) => (figureCount(each.cells) > 0 ? `共${figureCount(each.cells)}个数字` : "没有数字单元格");

async function remove(each, place) {
  const isMeant = await confirm({
    title: `删除《${titleOf(each)}》？`,
    text:
      `${[each.entity, each.year > 0 && `${each.year}年${each.stage}`, `文件“${each.name}”`].filter(Boolean).join("，")}。它的${each.tables}张表（${figuresOf(each)}）和留存的原件都会删去，` +
      "提问、起草、核对不再用到它；先前的回答和草稿还在，但点不开它的出处。删除后不能恢复，要用时得重新导入文件。",
    action: "删除这份文档",
    danger: true,
  });
  if (!isMeant) return;
  try {
    await send("DELETE", `/v1/documents/${encodeURIComponent(each.id)}`);
  } catch (problem) {
    if (problem.status !== 404) {
      notice(place, { kind: "error", text: `没有删除：${problem.message}`, actions: [{ label: "再试一次", run: () => remove(each, place) }] });
      return;
    }
  }
  documents = documents.filter((other) => other.id !== each.id);
  showTools();
  showList();
  notice(find("#held-notice"), { kind: "done", text: `已删除《${titleOf(each)}》。` });
  find("#held-title").setAttribute("tabindex", "-1");
  find("#held-title").focus();
}

const uploads = new Uploads({ host: find("#add"), list: find("#uploads"), onChange: refresh });
document.addEventListener("youju:back", refresh);
refresh();
uploads.resume();
