// Approving a version, and deleting a draft.

import { send } from "./api.js";
import { confirm, promptText } from "./confirm.js";
import { at, id, places } from "./draft-place.js";
import { dropAll } from "./draft-unsaved.js";
import { h } from "./dom.js";
import { announce, notice } from "./notice.js";
import { closePanel, openPanel } from "./panel.js";

/** Approves the version that is open, or shows what is to be settled before. */
export async function approve(desk) {
  const open = [
    ...desk.draft.gaps.map((gap) => ({ word: "待补充", text: `${gap.what}（${gap.section}）`, sentence: gap.sentence })),
    ...desk.draft.findings.filter((each) => each.blocks).map((each) => ({ word: each.severity === "error" ? "错误" : "没有来源", kind: each.severity === "error" ? "bad" : "warn", text: each.message, sentence: each.sentence })),
  ];
  if (desk.isChanged) {
    notice(places.message, { kind: "warning", text: "有没保存的修改。请先保存为新的一版，再批准。", actions: [{ label: "保存", run: () => desk.save() }] });
    places.message.scrollIntoView({ block: "center" });
    return;
  }
  if (open.length > 0) {
    showOpen(desk, open);
    return;
  }
  const said = await promptText({
    title: `批准第${desk.draft.version}版`, text: "批准以后，这一版不能再改，也不能删除；要改就另存新的一版。", action: "批准",
    fields: [{ name: "by", label: "批准人", required: true, maxlength: 50, hint: "写姓名，例如：王某" }],
  });
  if (!said) return;
  await desk.guarded(async () => {
    await send("POST", `${at}/versions/${desk.draft.version}/approval`, { by: said.by });
    await desk.open(desk.draft.version);
    announce(`第${desk.draft.version}版已批准。`);
    scrollTo({ top: 0 });
  });
}

function showOpen(desk, open) {
  const go = (each) => {
    if (matchMedia("(max-width: 899px)").matches) closePanel();
    desk.paper.goTo(each.sentence);
  };
  openPanel({
    title: `还不能批准：有${open.length}处要先解决`,
    content: [
      h("p", { class: "hint", text: "点一条，到它所在的地方。" }),
      h("ul", { class: "list" }, open.map((each) => h("li", null, h("span", { class: `tag ${each.kind ?? "warn"}`, text: each.word }), " ",
        each.sentence ? h("button", { type: "button", class: "link-button", text: each.text, on: { click: () => go(each) } }) : each.text))),
    ],
  });
}

/** Deletes the draft with all its versions. */
export async function remove(desk) {
  const isSure = await confirm({ title: "删除这份草稿？", text: `${desk.draft.title}的${desk.versions.length}版都会删除，找不回来。`, action: "删除", danger: true });
  if (!isSure) return;
  await desk.guarded(async () => {
    await send("DELETE", at);
    desk.isGone = true;
    dropAll(id);
    location.assign("/drafts");
  });
}
