// The versions of a draft: listed, compared two by two.

import { get } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { notice } from "./notice.js";
import { openPanel } from "./panel.js";
import { CHANGES, STATES, originOf } from "./draft-words.js";
import { timeOf } from "./words.js";

/** Opens the panel with the versions; `onOpen(version)` leads to one. */
export function showVersions({ id, versions, current, onOpen, opener }) {
  const result = h("div", { "aria-live": "polite" });
  const newest = versions.at(-1).version;
  openPanel({
    title: `版本（${versions.length}）`,
    opener,
    content: [
      h("ol", { class: "list versions", reversed: "" }, [...versions].reverse().map((each) => itemOf(each, { current, newest, onOpen }))),
      versions.length > 1
        ? compareForm(versions, current, (base, version) => compare(result, id, base, version))
        : h("p", { class: "hint", text: "只有一版，还没有可以比较的。" }),
      result,
    ],
  });
}

function itemOf(each, { current, newest, onOpen }) {
  return h(
    "li",
    null,
    h("p", null, h("strong", { text: `第${each.version}版` }), " ", each.version === newest && h("span", { class: "tag info", text: "最新" }), " ",
      each.version === current && h("span", { class: "tag", text: "正在看" }), " ", each.approval && h("span", { class: "tag good", text: "已批准" })),
    h("p", { class: "small-text muted", text: `${timeOf(each.created_at)}　${originOf(each)}` }),
    each.approval && h("p", { class: "small-text", text: `${each.approval.by}于${timeOf(each.approval.at)}批准` }),
    each.version !== current && h("button", { type: "button", class: "button small", text: "打开这一版", on: { click: () => onOpen(each.version) } }),
  );
}

function compareForm(versions, current, run) {
  const at = versions.findIndex((each) => each.version === current);
  const from = versions[Math.max(0, at > 0 ? at - 1 : 0)].version;
  const to = at > 0 ? current : versions[1].version;
  const [one, other] = [["从", from], ["到", to]].map(([label, value]) => {
    const id = uid("version");
    const select = h("select", { id, class: "input" }, versions.map((each) => h("option", { value: String(each.version), text: `第${each.version}版` })));
    select.value = String(value);
    return { select, node: h("span", { class: "inline-field" }, h("label", { for: id, text: label }), select) };
  });
  return h(
    "div",
    { class: "compare" },
    h("h3", { text: "比较两版" }),
    h("p", { class: "toolbar" }, one.node, other.node,
      h("button", { type: "button", class: "button small primary", text: "比较", on: { click: () => run(Number(one.select.value), Number(other.select.value)) } })),
  );
}

/** Fetches what changed from one version to another and puts it into a host. */
export async function compare(host, id, base, version) {
  fill(host, h("p", { class: "muted", text: "正在比较…" }));
  try {
    const query = new URLSearchParams({ base: String(base), version: String(version) });
    const said = await get(`/v1/drafts/${encodeURIComponent(id)}/comparison?${query}`);
    fill(host, h("h3", { text: `从第${base}版到第${version}版` }), changesOf(said));
  } catch (problem) {
    notice(host, { kind: "error", text: problem.message, actions: [{ label: "再比较一次", run: () => compare(host, id, base, version) }] });
  }
}

/** Returns the changes of a comparison, what was taken out and put in marked with words. */
function changesOf(said) {
  if (said.unchanged || said.changes.length === 0) return [h("p", { text: "正文没有不同。" })];
  return [
    h("p", { class: "hint", text: `改了${said.changes.length}处。［删：…］是删去的，［增：…］是加上的。` }),
    said.resolved.length > 0 && h("p", null, "补上的：", said.resolved.map((each) => each.what).join("、")),
    h("ol", { class: "list changes" }, said.changes.map((change) => h(
      "li",
      null,
      h("p", { class: "small-text muted" }, h("span", { class: "tag", text: CHANGES[change.kind] }), " ", change.section),
      h("p", { class: "diff" }, segmentsOf(change)),
      change.figures.length > 0 && h("ul", { class: "small-text" }, change.figures.map((each) => h("li", { text: `${each.before || "（原来没有）"} → ${each.after || "（删去）"}：${STATES[each.state].word}` }))),
    ))),
  ];
}

function segmentsOf(change) {
  const segments = change.segments.length > 0 ? change.segments : [{ kind: "same", text: change.after || change.before }];
  return segments.map(({ kind, text }) => {
    if (kind === "removed") return h("del", { text: `［删：${text}］` });
    if (kind === "added") return h("ins", { text: `［增：${text}］` });
    return text;
  });
}
