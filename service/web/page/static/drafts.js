// The view 起草: what to draft is chosen, with what it would rest on; earlier drafts are listed.

import { get, send } from "./api.js";
import { confirm } from "./confirm.js";
import { dropAll, unsavedOf } from "./draft-unsaved.js";
import { originOf } from "./draft-words.js";
import { fill, find, h, uid } from "./dom.js";
import { dropHere, keep, keepHere, recall, recallHere } from "./kept.js";
import { announce, clearNotice, notice } from "./notice.js";
import { waiting } from "./waiting.js";
import { timeOf } from "./words.js";

const SLOW_MS = 5000;
const FIRST = 12;
const MOST_NAMED = 3;
const MEMORY = "drafts:new";
const LAST = "drafts:entity";
const host = { form: find("#new"), earlier: find("#earlier"), said: find("#earlier-notice") };
const BASES = ["预算数", "执行数", "决算数"];

/** What is asked for; kept in this tab so that a reload loses nothing. */
const asked = { entity: "", year: 0, outline: "", off: [], decimals: "2", fall: "下降", base: "", quote: [], ...recallHere(MEMORY, {}) };
let scopes = [];
let plan = null;
let planning = null;

const remember = () => keepHere(MEMORY, asked);

// ------------------------------------------------------------------------------------ what to draft

async function begin() {
  try {
    scopes = await get("/v1/scopes");
  } catch (problem) {
    notice(host.form, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: begin }] });
    return;
  }
  if (scopes.length === 0) {
    fill(host.form, h("div", { class: "empty" }, h("h2", { text: "还没有文档" }), h("p", { text: "起草要用部门的预算（决算）表。先导入一份文件，再回到这里。" }), h("a", { class: "button primary", href: "/documents", text: "去导入文件" })));
    return;
  }
  const query = new URLSearchParams(location.search);
  if (query.get("entity")) asked.entity = query.get("entity");
  if (query.get("year")) asked.year = Number(query.get("year")) || 0;
  if (!scopeOf(asked.entity)) asked.entity = scopeOf(recall(LAST))?.entity ?? scopes[0].entity;
  drawForm();
}

const scopeOf = (entity) => scopes.find((each) => each.entity === entity);

function drawForm() {
  const ids = { entity: uid("entity"), year: uid("year") };
  const entity = h("select", { id: ids.entity, class: "input" }, scopes.map((each) => h("option", { value: each.entity, text: each.entity })));
  const year = h("select", { id: ids.year, class: "input" });
  const result = h("div", { id: uid("plan") });
  const years = () => {
    const held = scopeOf(entity.value).years;
    fill(year, held.map((each) => h("option", { value: String(each.year), text: `${each.year}年${each.stages.length === 1 && each.stages[0] === "决算" ? "（决算）" : ""}` })));
    year.value = String(held.some((each) => each.year === asked.year) ? asked.year : held[0].year);
  };
  const choose = () => {
    asked.entity = entity.value;
    asked.year = Number(year.value);
    remember();
    look(result);
  };
  entity.value = asked.entity;
  years();
  entity.addEventListener("change", () => {
    Object.assign(asked, { outline: "", off: [], quote: [] });
    years();
    choose();
  });
  year.addEventListener("change", () => {
    Object.assign(asked, { outline: "", off: [], quote: [] });
    choose();
  });
  fill(
    host.form,
    h("div", { class: "pair" },
      h("div", { class: "field" }, h("label", { for: ids.entity, text: "部门" }), entity),
      h("div", { class: "field" }, h("label", { for: ids.year, text: "年度" }), year),
    ),
    result,
  );
  choose();
}

async function look(result) {
  planning?.abort();
  planning = new AbortController();
  const { signal } = planning;
  plan = null;
  const end = waiting(result, "正在看这个部门有哪些表……", "表较多，请再等几秒。");
  try {
    const query = new URLSearchParams({ entity: asked.entity, year: String(asked.year), outline: asked.outline });
    plan = await get(`/v1/outlines?${query}`, { signal });
    end();
    fill(result, planOf(result));
  } catch (problem) {
    if (!problem.isAborted) notice(result, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => look(result) }] });
  } finally {
    end();
  }
}

function planOf(result) {
  const said = h("div", { "aria-live": "polite" });
  const go = h("button", { type: "submit", class: "button primary", text: "起草" });
  const form = h(
    "form",
    { novalidate: "" },
    h("p", null, "会写成《", plan.title, "》。"),
    basis(),
    sectionsField(said),
    options(result),
    h("div", { class: "start-foot" }, said, h("p", { class: "actions" }, go, h("span", { class: "hint", text: "先写出初稿，空着的之后再填。" }))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create(go, said);
  });
  return form;
}

function basis() {
  const links = plan.documents.map((each) => h("li", null, h("a", { href: `/documents/${each.document}`, text: each.title }), " ", h("span", { class: "tag", text: each.role })));
  return [
    h("p", { class: "small-text" }, "依据这些文件："),
    h("ul", { class: "small-text" }, links),
    !plan.prior.there &&
      h("p", { class: "notice info small-text" }, `“文档”里没有${plan.prior.year}年的文件。上年数能从本年文件写明的增减额推算的就推算，推不出的留空。`, h("a", { href: "/documents", text: `导入${plan.prior.year}年的文件` }), "后再起草，数更全。"),
  ];
}

/** Returns the sections as boxes to tick; one of the first level takes those below it along. */
function sectionsField(said) {
  const off = new Set(asked.off);
  const boxes = [];
  const all = h("input", { type: "checkbox", id: uid("all") });
  const tell = () => {
    const on = boxes.filter((each) => each.box.checked).length;
    all.checked = on === boxes.length;
    all.indeterminate = on > 0 && on < boxes.length;
    asked.off = boxes.filter((each) => !each.box.checked).map((each) => each.section.title);
    count.textContent = on === boxes.length ? `全部${on}节` : `已选${on}节，共${boxes.length}节`;
    remember();
    if (on > 0) clearNotice(said);
  };
  const count = h("span", { class: "hint" });
  const list = h("ul", { class: "sections" }, plan.sections.map((section, n) => {
    const id = uid("section");
    const box = h("input", { type: "checkbox", id, checked: !off.has(section.title) });
    boxes.push({ box, section });
    box.addEventListener("change", () => {
      if (section.level === 1) {
        for (let k = n + 1; k < boxes.length && boxes[k].section.level > 1; k += 1) boxes[k].box.checked = box.checked;
      } else {
        let head = n - 1;
        while (head > 0 && boxes[head].section.level > 1) head -= 1;
        if (!box.checked) boxes[head].box.checked = false;
      }
      tell();
    });
    return h("li", { class: section.level > 1 ? "second" : "" }, box, h("label", { for: id, text: section.heading }), needsOf(section));
  }));
  all.addEventListener("change", () => {
    for (const each of boxes) each.box.checked = all.checked;
    tell();
  });
  plan.chosen = () => boxes.filter((each) => each.box.checked).map((each) => each.section.title);
  tell();
  return h(
    "fieldset",
    null,
    h("legend", { text: "写哪几节" }),
    h("p", null, all, h("label", { for: all.id, text: "全选" }), " ", count),
    list,
  );
}

function aboutOf(section) {
  const count = (takes) => section.gaps.filter((each) => each.takes === takes).length;
  const lacking = section.needs.filter((each) => !each.there).length;
  const parts = [
    section.figures > 0 && `能写出${section.figures}个数`,
    count("reason") > 0 && `要填原因${count("reason")}处`,
    count("fact") > 0 && `要填情况${count("fact")}处`,
    lacking > 0 && `文件里缺${lacking}个数`,
  ].filter(Boolean);
  return parts.join("，") || "照提纲写，不含数字";
}

function needsOf(section) {
  if (section.needs.length === 0) return h("span", { class: "about", text: aboutOf(section) });
  return h(
    "details",
    null,
    h("summary", null, aboutOf(section), "　", h("span", { text: "用到的表" })),
    h("ul", null, section.needs.map((each) => h("li", null, h("span", { class: `tag ${each.there ? "good" : "warn"}`, text: each.there ? "有" : "缺" }), " ", each.what, each.document_title && h("span", { class: "muted", text: `　${each.document_title}` })))),
  );
}

function options(result) {
  const field = (label, hint, input) => {
    input.id = uid("option");
    return h("div", { class: "field" }, h("label", { for: input.id, text: label }), input, h("p", { class: "hint", text: hint }));
  };
  const select = (name, values, change = remember) => {
    const input = h("select", { class: "input" }, values.map(([value, text]) => h("option", { value, text })));
    input.value = asked[name];
    input.addEventListener("change", () => {
      asked[name] = input.value;
      remember();
      change();
    });
    return input;
  };
  const { outline, others } = plan;
  return h(
    "details",
    { class: "options" },
    h("summary", { text: "写法（可不改）" }),
    field("提纲", "按哪种格式写。不改就用这个部门的文件所用的，或它所在地方的。", select("outline", [["", `${outline.name}（自动选定）`], ...others.map((each) => [each.key, each.name])].filter(([key], n) => n === 0 || key !== outline.key), () => {
      asked.off = [];
      look(result);
    })),
    h("div", { class: "pair" },
      field("小数位数", "金额和百分比保留几位小数。", select("decimals", [["2", "2位（常用）"], ["0", "取整"], ["1", "1位"], ["4", "4位"], ["", "照表中印的"]])),
      field("降幅用词", "比上年少的时候怎么说。", select("fall", ["下降", "降低", "减少"].map((each) => [each, each]))),
    ),
    field("与上年的哪种数比", `预算一般与上年预算数比。不改就按提纲：${outline.base}。`, select("base", [["", `按提纲（${outline.base}）`], ...BASES.map((each) => [each, each])])),
    h("fieldset", null,
      h("legend", { text: "可以引用原因的文件" }),
      h("p", { class: "hint", text: "勾上以后，文件里写过的增减原因会照原文引用，并标明引自哪里；不勾，就都留空等您填。" }),
      plan.documents.map((each) => {
        const id = uid("quote");
        const box = h("input", { type: "checkbox", id, checked: asked.quote.includes(each.document) });
        box.addEventListener("change", () => {
          asked.quote = box.checked ? [...asked.quote, each.document] : asked.quote.filter((known) => known !== each.document);
          remember();
        });
        return h("p", null, box, h("label", { for: id, text: `${each.title}（${each.role}）` }));
      })),
  );
}

function restore(button) {
  button.disabled = false;
  button.textContent = "起草";
}

async function create(button, said) {
  const sections = plan.chosen();
  if (sections.length === 0) {
    notice(said, { kind: "error", text: "一节也没有选。请至少选一节，或勾上“全选”。" });
    return;
  }
  const begun = Date.now();
  const tell = () => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    button.textContent = seconds < SLOW_MS / 1000 ? "正在起草…" : `正在起草…已${seconds}秒`;
  };
  button.disabled = true;
  tell();
  announce("正在起草。");
  const timer = setInterval(tell, 1000);
  try {
    const made = await send("POST", "/v1/drafts", {
      entity: plan.entity, year: plan.year, outline: asked.outline, sections: sections.length === plan.sections.length ? [] : sections,
      decimals: asked.decimals === "" ? null : Number(asked.decimals), fall: asked.fall, base: asked.base, quote: asked.quote,
    });
    dropHere(MEMORY);
    keep(LAST, plan.entity);
    location.assign(`/drafts/${made.id}`);
    // Whoever comes back finds the form as it was.
    addEventListener("pagehide", () => restore(button), { once: true });
  } catch (problem) {
    notice(said, { kind: "error", text: problem.message, actions: [{ label: "再起草一次", run: () => create(button, said) }] });
    restore(button);
  } finally {
    clearInterval(timer);
  }
}

// ------------------------------------------------------------------------------------ earlier drafts

async function list() {
  try {
    const drafts = await get("/v1/drafts");
    const rest = h("button", { type: "button", class: "button small", text: `显示更早的${drafts.length - FIRST}份` });
    const listed = h("ul", { class: "list" }, drafts.slice(0, FIRST).map(draftOf));
    rest.addEventListener("click", () => {
      listed.append(...drafts.slice(FIRST).map(draftOf));
      rest.remove();
    });
    fill(host.earlier, drafts.length > 0 ? [listed, drafts.length > FIRST && rest] : h("p", { class: "empty", text: "还没有草稿。在“新起草一份”里选好部门和年度，点“起草”。" }));
  } catch (problem) {
    notice(host.earlier, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: list }] });
  }
}

function draftOf(draft) {
  const newest = draft.versions.at(-1);
  const approved = draft.versions.findLast((each) => each.approval);
  const isKept = unsavedOf(draft.id).length > 0;
  return h(
    "li",
    { class: "draft-item" },
    h("div", null, h("h3", null, h("a", { href: `/drafts/${draft.id}`, text: `${draft.entity}${draft.year}年` }), " ", stateOf(draft, newest), " ", isKept && h("span", { class: "tag info", text: "有没保存的修改" })),
      h("p", { class: "small-text", text: partsOf(draft) }),
      h("p", { class: "small-text muted", text: `${draft.outline}　共${draft.versions.length}版，最新第${newest.version}版：${timeOf(newest.created_at)} ${originOf(newest)}` }),
      approved && h("p", { class: "small-text", text: `第${approved.version}版由${approved.approval.by}于${timeOf(approved.approval.at)}批准` })),
    h("p", { class: "draft-buttons" }, h("a", { class: "button small", href: `/drafts/${draft.id}`, text: "打开" }), " ",
      !approved && h("button", { type: "button", class: "button small quiet", text: "删除", "aria-label": `删除${draft.entity}${draft.year}年的草稿（${partsOf(draft)}）`, on: { click: () => remove(draft) } })),
  );
}

/** Says which sections a draft has. */
function partsOf({ sections, whole }) {
  if (whole) return `全文${sections.length}节`;
  const shown = sections.slice(0, MOST_NAMED).map((each) => each.replace(/情况说明$|说明$/, "")).join("、");
  return sections.length > MOST_NAMED ? `只写：${shown}等${sections.length}节` : `只写：${shown}`;
}

function stateOf(draft, newest) {
  if (newest.approval) return h("span", { class: "tag good", text: "已批准" });
  if (draft.open > 0) return h("span", { class: "tag warn", text: `待补充${draft.open}处` });
  return h("span", { class: "tag", text: "草稿" });
}

async function remove(draft) {
  const isSure = await confirm({ title: "删除这份草稿？", text: `${draft.entity}${draft.year}年的草稿（${partsOf(draft)}），共${draft.versions.length}版，都会删除，找不回来。`, action: "删除", danger: true });
  if (!isSure) return;
  try {
    await send("DELETE", `/v1/drafts/${encodeURIComponent(draft.id)}`);
    dropAll(draft.id);
    announce("已删除。");
    clearNotice(host.said);
  } catch (problem) {
    notice(host.said, { kind: "error", text: problem.message });
  }
  await list();
}

document.addEventListener("youju:back", () => {
  list();
  if (!plan) begin();
});
begin();
list();
