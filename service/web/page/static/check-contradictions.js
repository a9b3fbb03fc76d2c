// The relations that fail within the tables of the file that was checked, behind the number that counts their cells.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { notice } from "./notice.js";
import { openPanel } from "./panel.js";
import { waiting } from "./waiting.js";

const FIRST = 50;

/** Opens the panel with them. `at` is the address of the check, `lead(place)` goes to a cell, `choose(finding)` to a finding. */
export async function showContradictions({ at, opener, lead, choose }) {
  const host = h("div");
  openPanel({ title: "表中有矛盾的数", content: host, opener });
  const end = waiting(host, "正在取不成立的关系……");
  try {
    const found = await get(`${at}/contradictions`);
    end();
    fill(
      host,
      h("p", { class: "hint", text: "下面的关系按印出的数不成立，其中必有一个数写错或没有读对；同一个错会使几条关系不成立。" }),
      found.length === 0 && h("p", { text: "没有留下是哪条关系。请在原文的表里看标着“有矛盾”的格。" }),
      h("ol", { class: "list" }, found.slice(0, FIRST).map((each) => relationOf(each, { lead, choose }))),
      found.length > FIRST && h("p", { class: "muted", text: `……共${found.length}条。` }),
    );
  } catch (problem) {
    end();
    notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => showContradictions({ at, opener, lead, choose }) }] });
  }
}

function relationOf(relation, { lead, choose }) {
  const cells = [...relation.left, ...relation.right];
  return h(
    "li",
    null,
    h("p", null, h("strong", { text: relation.description })),
    h("p", { class: "figure-text" }, relation.left_value, ` ${relation.sign} `, relation.right_value),
    h("ul", { class: "small-text" }, cells.slice(0, 12).map((cell) => h("li", null, `《${cell.table_title}》${cell.label}：`, h("strong", { text: cell.text || "（空白）" }), " ",
      h("button", { type: "button", class: "link-button", "aria-label": `在原文里看：${cell.label}`, text: "在原文里看", on: { click: () => lead(cell) } }))), cells.length > 12 && h("li", { text: `……等${cells.length}格` })),
    relation.finding
      ? h("p", { class: "small-text" }, "这一处已列在问题里：", h("button", { type: "button", class: "link-button", text: `看第${relation.finding.slice(1)}条`, on: { click: () => choose(relation.finding) } }))
      : h("p", { class: "small-text muted", text: "没有列为问题：这条关系不一定要成立（例如只比了一部分资金、单列其中一项、含结转），请看一眼。" }),
  );
}
