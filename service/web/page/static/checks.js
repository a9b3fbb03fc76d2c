// Where a text is handed in to be checked, and the checks this browser made before.

import { get, send, upload } from "./api.js";
import { earlier, forget, remember } from "./check-words.js";
import { confirm } from "./confirm.js";
import { fill, find, h, uid } from "./dom.js";
import { dropOn, guardDrops, largest, sizeOf } from "./files.js";
import { keepHere, recallHere } from "./kept.js";
import { announce, clearNotice, notice } from "./notice.js";
import { waiting } from "./waiting.js";
import { SEVERITIES, timeOf } from "./words.js";

const TYPES = ".pdf,.docx,.docm,.doc,.wps,.xlsx,.xls,.xlsm,.et,.html,.htm,.mht,.txt,.md,.csv";
const STEPS = [["upload", "上传"], ["reading", "读文件"], ["tables", "读对照的表"], ["judging", "逐个核对数字"]];
const FORM = "check-form";
const SLOW_S = 5;
const MANY = 12;
/** Files to judge by that the service takes at once. */
const MOST_TABLES = 20;
const FIRST_YEAR = 1949;
const LAST_YEAR = 2999;

const typed = { way: "file", text: "", entity: "", year: "", documents: [], open: false, ...recallHere(FORM, {}) };
const chosen = { file: null, tables: [] };
let most = 0;
let running = null;

const save = () => keepHere(FORM, typed);

// ------------------------------------------------------------------------------------------ the form

const parts = {
  file: h("div"),
  tables: h("div"),
  documents: h("div"),
  said: h("div"),
  progress: h("div"),
  begin: h("button", { type: "submit", class: "button primary", text: "开始核对" }),
};

function form() {
  const made = h(
    "form",
    { class: "card", novalidate: "", on: { submit: (event) => (event.preventDefault(), begin()) } },
    ways(),
    parts.file,
    against(),
    h("div", { class: "toolbar" }, parts.begin),
    parts.progress,
    parts.said,
  );
  showWay();
  return made;
}

/** The two ways to hand a text in. */
function ways() {
  const way = (name, label) =>
    h("label", { class: "way" }, h("input", { type: "radio", name: "way", value: name, checked: typed.way === name, on: { change: () => choose(name) } }), label);
  const choose = (name) => {
    typed.way = name;
    save();
    showWay();
  };
  return h("fieldset", { class: "ways" }, h("legend", { text: "要核对的文字" }), way("file", "交文件"), way("text", "粘贴文字"));
}

function showWay() {
  fill(parts.file, typed.way === "file" ? fileDrop() : pasteBox());
}

function pasteBox() {
  const id = uid("text");
  const area = h("textarea", { id, rows: "8", value: typed.text, "aria-describedby": `${id}-hint` });
  area.addEventListener("input", () => {
    typed.text = area.value;
    save();
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: id, text: "文字" }),
    area,
    h("p", { id: `${id}-hint`, class: "hint", text: "例如：2024年支出预算950.47万元，其中基本支出537.27万元，占56.53%。写上部门和年度，才能找到对照的表。" }),
  );
}

/** The place a file is dropped on, or chosen by a button. */
function fileDrop() {
  const input = h("input", { type: "file", class: "visually-hidden", accept: TYPES, tabindex: "-1", "aria-label": "要核对的文件" });
  const button = h("button", { type: "button", class: "button", text: chosen.file ? "换一个文件" : "选择文件" });
  const zone = h(
    "div",
    { class: "drop" },
    chosen.file
      ? h("p", { class: "file-name" }, h("bdi", { text: chosen.file.name }), h("span", { class: "muted", text: `（${sizeOf(chosen.file.size)}）` }))
      : h("p", null, "把要核对的文件拖到这里"),
    h("p", null, button, input),
    h("p", { class: "hint", text: kinds() }),
  );
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => input.files.length > 0 && take(input.files));
  dropOn(zone, take);
  return zone;
}

const kinds = () => `PDF、Word、Excel、网页、CSV、TXT${most ? `，最大${sizeOf(most)}` : ""}。原文件不会被改动。`;

function take(files) {
  clearNotice(parts.said);
  const [file, ...rest] = files;
  chosen.file = file;
  showWay();
  const wrong = wrongWith(file);
  if (wrong) notice(parts.said, { kind: "error", text: wrong });
  else if (rest.length > 0) notice(parts.said, { kind: "warning", text: `一次核对一份文件，已取“${file.name}”。其余的若是用来对照的表，请放在下面的“对照的表格文件”里。` });
  else announce(`已选择${file.name}。`);
  parts.file.querySelector("button")?.focus();
}

/** What is wrong with a file before it is sent, "" where nothing is. */
function wrongWith(file) {
  if (file.size === 0) return `“${file.name}”是空的（0字节）。请检查是否选错了文件，或重新下载。`;
  if (most && file.size > most) return `“${file.name}”有${sizeOf(file.size)}，超过上限${sizeOf(most)}。请只保留预算公开的部分，或另存为较小的文件。`;
  return "";
}

// ------------------------------------------------------------------------------- what it is judged by

function against() {
  const details = h(
    "details",
    { class: "against", open: typed.open },
    h("summary", null, h("strong", { text: "用什么对照" }), h("span", { class: "muted", text: "　不填也行：自动用文件自己的表，和“文档”里同一部门的表" })),
    parts.tables,
    parts.documents,
    whose(),
  );
  details.addEventListener("toggle", () => {
    typed.open = details.open;
    save();
    if (details.open) showDocuments();
  });
  showTables();
  if (typed.open) showDocuments();
  return details;
}

function showTables() {
  const input = h("input", { type: "file", class: "visually-hidden", accept: TYPES, multiple: true, tabindex: "-1", "aria-label": "对照的表格文件" });
  const button = h("button", { type: "button", class: "button small", text: "添加表格文件" });
  button.addEventListener("click", () => input.click());
  const add = (files) => {
    chosen.tables.push(...[...files].filter((file) => !chosen.tables.some((each) => each.name === file.name && each.size === file.size)));
    showTables();
    parts.tables.querySelector("button.small")?.focus();
  };
  input.addEventListener("change", () => add(input.files));
  const list = h(
    "ul",
    { class: "chips" },
    chosen.tables.map((file) =>
      h(
        "li",
        { class: "chip" },
        h("bdi", { text: file.name }),
        h("span", { class: "muted", text: sizeOf(file.size) }),
        h("button", { type: "button", class: "link-button", "aria-label": `去掉${file.name}`, text: "去掉", on: { click: () => remove(file) } }),
      ),
    ),
  );
  const remove = (file) => {
    chosen.tables = chosen.tables.filter((each) => each !== file);
    showTables();
    parts.tables.querySelector("button.small").focus();
  };
  const zone = h("div", { class: "drop-small" }, h("p", { class: "label", text: "对照的表格文件" }), list, button, input, h("p", { class: "hint", text: "本部门本年度的预算表（Excel、PDF、Word等），可以几份，也可以拖到这里。" }));
  dropOn(zone, add);
  fill(parts.tables, zone);
}

let documents = null;

async function showDocuments() {
  if (documents) return;
  fill(parts.documents, h("p", { class: "hint", text: "正在取已导入的文档……" }));
  try {
    documents = await get("/v1/documents");
  } catch (problem) {
    fill(parts.documents);
    notice(parts.documents, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: showDocuments }] });
    return;
  }
  typed.documents = typed.documents.filter((id) => documents.some((each) => each.id === id));
  const entities = find("#entities");
  fill(entities, [...new Set(documents.map((each) => each.entity).filter(Boolean))].map((each) => h("option", { value: each })));
  if (documents.length === 0) {
    fill(parts.documents, h("p", { class: "hint" }, "“文档”里还没有导入过文件。", h("a", { href: "/documents", text: "去导入" })));
    return;
  }
  const boxes = documents.map((each) => {
    const box = h("input", { type: "checkbox", value: each.id, checked: typed.documents.includes(each.id) });
    box.addEventListener("change", () => {
      typed.documents = box.checked ? [...typed.documents, each.id] : typed.documents.filter((id) => id !== each.id);
      save();
    });
    return h("label", { class: "pick" }, box, h("span", null, h("bdi", { text: each.title || each.name }), h("span", { class: "muted", text: `　${each.year}年 ${each.stage}，${each.tables}张表` })));
  });
  const words = h("input", { type: "search", class: "input", placeholder: "找部门、年度……", "aria-label": "在已导入的文档里找" });
  words.addEventListener("input", () => boxes.forEach((box) => (box.hidden = !box.textContent.includes(words.value.trim()))));
  fill(parts.documents, h("fieldset", { class: "picks" }, h("legend", { text: "指定用哪些已导入的文档对照" }), boxes.length > MANY && words, h("div", { class: "pick-list" }, boxes)));
}

/** Whose text of which year it is, where it does not say so itself. */
function whose() {
  const entity = h("input", { id: "entity", list: "entities", value: typed.entity, maxlength: "200", autocomplete: "off" });
  const year = h("input", { id: "year", value: typed.year, maxlength: "4", inputmode: "numeric", autocomplete: "off", "aria-describedby": "year-hint" });
  entity.addEventListener("input", () => ((typed.entity = entity.value), save()));
  year.addEventListener("input", () => ((typed.year = year.value), save()));
  return h(
    "div",
    { class: "whose" },
    h("div", { class: "field" }, h("label", { for: "entity", text: "部门（文中没有写时）" }), entity, h("datalist", { id: "entities" })),
    h("div", { class: "field" }, h("label", { for: "year", text: "年度（文中没有写时）" }), year, h("p", { id: "year-hint", class: "hint" })),
  );
}

// --------------------------------------------------------------------------------------- the checking

async function begin() {
  clearNotice(parts.said);
  const wrong = missing();
  if (wrong) {
    notice(parts.said, { kind: "error", text: wrong.text });
    find(wrong.focus)?.focus();
    return;
  }
  const sent = new FormData();
  const file = typed.way === "file" ? chosen.file : new File([typed.text], "粘贴的文字.txt", { type: "text/plain" });
  sent.append("file", file);
  for (const each of chosen.tables) sent.append("tables", each);
  for (const each of typed.documents) sent.append("documents", each);
  if (typed.entity.trim()) sent.append("entity", typed.entity.trim());
  if (typed.year.trim()) sent.append("year", typed.year.trim());
  running = new AbortController();
  parts.begin.disabled = true;
  const shown = progress(file.name);
  try {
    const report = await upload("/v1/checks?keep=true", sent, {
      accept: "text/event-stream",
      signal: running.signal,
      onProgress: shown.sent,
      onEvent: (name, data) => name === "status" && shown.step(data.step),
    });
    remember(report.id);
    if (typed.way === "text") ((typed.text = ""), save());
    running = null;
    announce("核对完成。");
    location.assign(`/checks/${report.id}`);
  } catch (problem) {
    running = null;
    if (problem.isAborted) notice(parts.said, { kind: "info", text: "已取消，没有保存任何东西。" });
    else notice(parts.said, { kind: "error", text: ofWhich(problem), actions: isWorthAgain(problem) ? [{ label: "再试一次", run: begin }] : [] });
  } finally {
    shown.end();
    parts.begin.disabled = false;
    parts.begin.focus();
  }
}

/** What is still missing, with where to put it; null where nothing is. */
function missing() {
  if (typed.way === "file" && !chosen.file) return { text: "请先选择要核对的文件，或改为粘贴文字。", focus: ".drop button" };
  if (typed.way === "file" && wrongWith(chosen.file)) return { text: wrongWith(chosen.file), focus: ".drop button" };
  if (typed.way === "text" && !typed.text.trim()) return { text: "请先粘贴要核对的文字。", focus: "textarea" };
  const bad = chosen.tables.map(wrongWith).find(Boolean) ?? tooMuch();
  if (bad) return { text: bad, focus: ".drop-small button" };
  const year = typed.year.trim();
  if (year && !(/^\d{4}$/.test(year) && Number(year) >= FIRST_YEAR && Number(year) <= LAST_YEAR)) {
    find("details.against").open = true;
    return { text: `年度“${year}”不对，应为四位数字，如2024；不知道可以空着。`, focus: "#year" };
  }
  return null;
}

/** What is wrong with all the files together, "" where nothing is: they go in one request. */
function tooMuch() {
  if (chosen.tables.length > MOST_TABLES) return `对照的表格文件有${chosen.tables.length}份，一次最多${MOST_TABLES}份。请去掉几份，或先在“文档”里导入，再在这里勾选。`;
  const whole = [typed.way === "file" && chosen.file, ...chosen.tables].filter(Boolean).reduce((sum, each) => sum + each.size, 0);
  if (most && whole > most) return `要核对的文件和对照的表格合计${sizeOf(whole)}，一次最多${sizeOf(most)}。请去掉几份表格，或先在“文档”里导入，再在这里勾选。`;
  return "";
}

/** Whether the same might succeed another time. */
const isWorthAgain = (problem) => problem.isAway || problem.status >= 500;

function ofWhich(problem) {
  if (problem.isAway) return `${problem.message}选好的文件还在，可以直接再试。`;
  return problem.message;
}

/** Shows the steps of a check as they begin, and how long it has taken. */
function progress(name) {
  const begun = performance.now();
  const bar = h("progress", { class: "progress", max: "100", value: "0", "aria-label": "上传进度" });
  const steps = STEPS.map(([key, label]) => h("li", { dataset: { step: key } }, h("span", { class: "step-sign", "aria-hidden": "true" }), h("span", { text: label })));
  const time = h("span", { class: "muted" });
  const hint = h("p", { class: "hint", hidden: true, text: "页数多的PDF、扫描件要读几十秒到几分钟，请不要关闭这一页。" });
  const cancel = h("button", { type: "button", class: "button small", text: "取消", on: { click: () => running?.abort() } });
  fill(
    parts.progress,
    h("div", { class: "checking", role: "group", "aria-label": "核对进度" }, h("p", null, h("span", { class: "spinner", "aria-hidden": "true" }), " 正在核对“", h("bdi", { text: name }), "”　", time), h("ol", { class: "steps" }, steps), bar, hint, h("p", { class: "actions" }, cancel)),
  );
  cancel.focus();
  const at = (key) => {
    const reached = STEPS.findIndex(([each]) => each === key);
    steps.forEach((each, n) => {
      each.className = n < reached ? "done" : n === reached ? "now" : "";
      if (n === reached) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
      each.firstChild.textContent = n < reached ? "✓" : n === reached ? "…" : "·";
    });
  };
  at("upload");
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    if (seconds > 0) time.textContent = `已用${seconds}秒`;
    hint.hidden = seconds < SLOW_S;
  }, 250);
  return {
    sent: (part) => {
      bar.value = Math.round(100 * part);
    },
    step: (key) => {
      bar.hidden = true;
      at(key);
      announce(`${STEPS.find(([each]) => each === key)?.[1] ?? ""}……`);
    },
    end: () => {
      clearInterval(timer);
      fill(parts.progress);
    },
  };
}

addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});

// -------------------------------------------------------------------------------------- earlier checks

async function showEarlier() {
  const host = find("#earlier");
  const ids = earlier();
  if (ids.length === 0) {
    fill(host, h("p", { class: "empty" }, "这台电脑上还没有核对过文件。核对完的会列在这里；别人的核对，用他发来的链接打开。"));
    return;
  }
  const end = waiting(host, "正在取列表……");
  let found;
  try {
    found = await get(`/v1/checks?limit=200&${ids.map((id) => `id=${encodeURIComponent(id)}`).join("&")}`);
  } catch (problem) {
    notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: showEarlier }] });
    return;
  } finally {
    end();
  }
  ids.filter((id) => !found.some((each) => each.id === id)).forEach(forget);
  if (found.length === 0) return void showEarlier();
  const said = h("div");
  fill(host, h("ul", { class: "list card earlier" }, found.map((each) => row(each, said))), said, h("p", { class: "hint", text: "只列这个浏览器里核对过、打开过的。" }));
}

function row(check, said) {
  const { error, warning, note } = check.open;
  const tags = [
    error > 0 && h("span", { class: "tag bad", text: `${SEVERITIES.error.name}${error}` }),
    warning > 0 && h("span", { class: "tag warn", text: `${SEVERITIES.warning.name}${warning}` }),
    note > 0 && h("span", { class: "tag", text: `${SEVERITIES.note.name}${note}` }),
    check.accepted > 0 && h("span", { class: "tag good", text: `已说明${check.accepted}` }),
    error + warning + note + check.accepted === 0 && h("span", { class: "tag good", text: "没有提示" }),
  ];
  const remove = h("button", { type: "button", class: "button small quiet", "aria-label": `删除${check.name}的核对`, text: "删除" });
  remove.addEventListener("click", async () => {
    const text = `“${check.name}”的核对结果、已说明的理由和交来的文件都会从服务里删去，不能恢复；别人手里的链接也打不开了。`;
    if (!(await confirm({ title: "删除这次核对？", text, action: "删除", danger: true }))) return;
    try {
      await send("DELETE", `/v1/checks/${check.id}`);
    } catch (problem) {
      if (problem.status !== 404) return void notice(said, { kind: "error", text: problem.message });
    }
    forget(check.id);
    await showEarlier();
    announce("已删除。");
    find("#earlier-checks").setAttribute("tabindex", "-1");
    find("#earlier-checks").focus();
  });
  return h(
    "li",
    null,
    h("div", { class: "earlier-head" }, h("a", { href: `/checks/${check.id}` }, h("bdi", { text: check.name })), remove),
    h("p", { class: "small-text", text: check.summary }),
    h("p", { class: "small-text muted" }, h("time", { datetime: check.created_at, text: timeOf(check.created_at) }), "　", tags.filter(Boolean).flatMap((each) => [each, " "])),
  );
}

fill(find("#start"), form()).removeAttribute("aria-busy");
guardDrops();
document.addEventListener("youju:back", showEarlier);
showEarlier();
largest().then((found) => {
  most = found;
  const hint = find(".drop .hint");
  if (hint) hint.textContent = kinds();
});
