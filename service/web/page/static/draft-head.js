// What stands around the paper: which draft and version, what is open, what can be done; below, what was given.

import { confirm } from "./confirm.js";
import { copyText, download } from "./download.js";
import { fillKey } from "./draft-paper.js";
import { originOf } from "./draft-words.js";
import { find, h } from "./dom.js";
import { announce, notice } from "./notice.js";
import { SEVERITIES, timeOf } from "./words.js";

/** Returns the nodes above and below the paper. */
export function headOf(desk) {
  return { head: above(desk), after: below(desk) };
}

function above(desk) {
  const { draft } = desk;
  const own = desk.versions.find((each) => each.version === draft.version);
  return [
    h("h1", null, `${draft.entity}${draft.year}年${draft.stage === "决算" ? "决算" : "预算"}情况说明 `, h("span", { class: "tag info", text: `第${draft.version}版` }), " ", stateTag(desk)),
    h("p", { class: "muted small-text" }, `${timeOf(draft.created_at)} ${own ? originOf(own) : ""}　提纲：${draft.outline}　依据：`,
      draft.sources.map((each, n) => [n > 0 && "、", each.document ? h("a", { href: `/documents/${each.document}`, text: `${each.title}（${each.role}）` }) : each.title])),
    readOnly(desk),
    h("div", { class: "toolbar no-print" }, tools(desk)),
    desk.mode === "edit" && todo(desk),
    general(desk),
    legend(),
  ];
}

/** Returns the tag that says how far a draft is, as it stands on the desk. */
function stateTag(desk) {
  if (desk.draft.approval) return h("span", { class: "tag good", text: "已批准" });
  const open = desk.openGaps().length;
  const errors = desk.findings().filter((each) => each.severity === "error").length;
  return [
    errors > 0 && [h("span", { class: "tag bad", text: `错误${errors}处` }), " "],
    open > 0 ? h("span", { class: "tag warn", text: `待补充${open}处` }) : h("span", { class: "tag", text: "草稿，没有待补充" }),
  ];
}

function readOnly(desk) {
  const { draft } = desk;
  if (desk.mode !== "read") {
    const isOld = draft.version < desk.newest || draft.approval;
    return isOld && h("p", { class: "notice info", text: `您在第${draft.version}版的基础上改，存的时候会成为新的一版，第${draft.version}版不变。` });
  }
  const said = draft.approval
    ? `第${draft.version}版已由${draft.approval.by}于${timeOf(draft.approval.at)}批准，不能再改。`
    : `这是第${draft.version}版，最新的是第${desk.newest}版；这里只能看。`;
  return h(
    "div",
    { class: draft.approval ? "notice done" : "notice info" },
    h("p", null, draft.approval && h("span", { "aria-hidden": "true", text: "✓ " }), said),
    h("p", { class: "actions no-print" },
      draft.version < desk.newest && h("button", { type: "button", class: "button small", text: `打开最新的第${desk.newest}版`, on: { click: () => desk.guarded(() => desk.open(desk.newest)) } }),
      h("button", { type: "button", class: "button small", text: "在这一版上改（另存新的一版）", on: { click: () => desk.continueHere() } }),
    ),
  );
}

function tools(desk) {
  const { draft } = desk;
  return [
    desk.mode === "edit" && !draft.approval && h("button", { type: "button", class: "button", text: "批准…", on: { click: () => desk.approve() } }),
    h("button", { type: "button", class: "button", text: `版本（${desk.versions.length}）`, on: { click: (event) => desk.showVersions(event.currentTarget) } }),
    downloads(desk),
    desk.canRewrite && h("button", { type: "button", class: "button", text: "用现有资料重写", title: "导入了新的文件，或文件换过以后，用同样的要求和已填的内容再写一遍，存为新的一版", on: { click: () => desk.rewrite() } }),
    h("button", { type: "button", class: "button", text: "打印", on: { click: () => print() } }),
    !desk.versions.some((each) => each.approval) && h("button", { type: "button", class: "button quiet push", text: "删除草稿", on: { click: () => desk.delete() } }),
  ];
}

function downloads(desk) {
  const { draft } = desk;
  const host = h("div", { class: "menu-message" });
  const get = (format, sources) => async () => {
    const errors = desk.draft.findings.filter((each) => each.blocks).length;
    const text = `第${desk.draft.version}版有${errors}处错误或没有来源的数还没有解决，文件开头会写明“未经批准”和这几处。`;
    if (errors > 0 && !(await confirm({ title: "这一版还有错误", text, action: "仍要下载" }))) return;
    try {
      announce("正在生成文件…");
      const name = await download(`/v1/drafts/${encodeURIComponent(desk.draft.id)}/file?format=${format}&version=${desk.draft.version}&sources=${sources}`);
      menu.open = false;
      notice(find("#message"), { kind: "done", text: `已下载《${name}》，在浏览器的下载文件夹里。${desk.isChanged ? "没保存的修改不在里面。" : ""}` });
    } catch (problem) {
      notice(host, { kind: "error", text: problem.message });
    }
  };
  const item = (text, run) => h("li", null, h("button", { type: "button", class: "button quiet small", text, on: { click: run } }));
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", { class: "button", text: "下载" }),
    h("div", { class: "menu-body" },
      h("ul", null, item("Word，附数据来源", get("docx", true)), item("Word，不附数据来源", get("docx", false)), item("Markdown，附数据来源", get("md", true)), item("复制全文（文字）", () => copyText(draft.text))),
      h("p", { class: "hint", text: `下载的是已保存的第${desk.draft.version}版${desk.isChanged ? "，不含没保存的修改" : ""}。` }),
      host,
    ),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    find("summary", menu).focus();
  });
  return menu;
}

function todo(desk) {
  const gaps = desk.openGaps().length;
  const beside = desk.findings().filter((each) => each.sentence);
  const count = (severity) => beside.filter((each) => each.severity === severity).length;
  return h(
    "div",
    { class: `todo no-print ${gaps > 0 || count("error") > 0 ? "" : "done"}` },
    gaps > 0
      ? [h("span", null, h("strong", { text: `待补充${gaps}处` })), h("button", { type: "button", class: "button small", text: "下一处待补充", on: { click: () => desk.nextGap() } })]
      : h("span", null, h("span", { "aria-hidden": "true", text: "✓ " }), "没有待补充的地方"),
    h("span", { text: `错误${count("error")}处，警告${count("warning")}处` }),
    beside.length > 0 && h("button", { type: "button", class: "button small", text: "下一条提示", on: { click: () => desk.nextFinding() } }),
  );
}

/** Returns the findings that are about no single sentence. */
function general(desk) {
  const found = desk.findings().filter((each) => !each.sentence);
  if (found.length === 0) return null;
  const hasMore = found.some((each) => each.severity !== "note");
  const details = h(
    "details",
    { class: "general no-print", open: hasMore && found.length <= 3 && innerWidth >= 900 },
    h("summary", { text: `关于全文和资料的提示（${found.length}）` }),
    h("ul", { class: "list" }, found.map((each) => h("li", null,
      h("span", { class: `tag ${SEVERITIES[each.severity].kind}`, text: SEVERITIES[each.severity].name }), " ", each.blocks && [h("span", { class: "tag bad", text: "不解决不能批准" }), " "], each.message,
      desk.mode === "edit" && each.code === "given-source-unused" && [" ", h("button", { type: "button", class: "link-button", text: "删去这条依据", on: { click: () => desk.unrest(each.stated) } })],
      each.where && h("span", { class: "muted small-text", text: `（${each.where}）` })))),
  );
  details.open = desk.isGeneralOpen ?? details.open;
  details.addEventListener("toggle", () => (desk.isGeneralOpen = details.open));
  return details;
}

function legend() {
  return h(
    "p",
    { class: "legend no-print" },
    h("span", { class: "figure printed", text: "实线" }), "表中印出　",
    h("span", { class: "figure computed", text: "虚线" }), "由表里的数算出　",
    h("span", { class: "figure derived", text: "点线［字］" }), "要留意，字里说明　",
    h("span", { class: "gap", text: "【待补充】" }), "点开填写　点任何一个数看出处",
  );
}

// ---------------------------------------------------------------------------------------------- below

function below(desk) {
  const { given } = desk.draft;
  if (!given) return null;
  const rows = [...given.reasons.map((each) => ({ ...each, takes: "reason", kind: "reason" })), ...given.facts.map((each) => ({ ...each, takes: "fact", kind: "known" }))];
  const canEdit = desk.mode === "edit" && desk.draft.origin === "drafted";
  return rows.length > 0 && h(
    "section",
    { class: "card no-print", "aria-labelledby": "given-title" },
    h("h2", { id: "given-title", text: `已填写的内容（${rows.length}）` }),
    !canEdit && desk.mode === "edit" && h("p", { class: "hint", text: "这一版改过文字，已填的内容请直接在正文里改。" }),
    h("ul", { class: "list" }, rows.map((each) => givenRow(each, desk, canEdit))),
  );
}

function givenRow(each, desk, canEdit) {
  const host = h("div", { class: "row-form" });
  const now = desk.fills.get(fillKey(each));
  const gap = { ...each, what: each.item };
  return h(
    "li",
    null,
    h("p", null, h("strong", { text: each.item }), "：", now ? now.text || "（撤回）" : each.text, " ", now && h("span", { class: "tag info", text: "已改，未保存" }), " ",
      canEdit && h("button", { type: "button", class: "button small quiet", text: "改", "aria-label": `改“${each.item}”`, on: { click: (event) => desk.fillIn(gap, host, event.currentTarget) } })),
    host,
  );
}
