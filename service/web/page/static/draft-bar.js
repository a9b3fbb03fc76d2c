// The bar below a draft: what was changed and not saved, how the last check went, saving and going back.

import { blocksOf } from "./draft-blocks.js";
import { places } from "./draft-place.js";
import { fill, h } from "./dom.js";

/** Draws the bar as things stand. */
export function drawBar(desk) {
  const edited = desk.blocks.filter((each) => each.role !== "table" && each.text !== each.original).length;
  const removed = blocksOf(desk.draft).filter((each) => each.role !== "table" && !desk.blocks.some((block) => block.key === each.key)).length;
  const parts = [edited + removed > 0 && `文字${edited + removed}处`, desk.sources.length > 0 && `依据${desk.sources.length}处`, desk.fills.size > 0 && `填写${desk.fills.size}处`].filter(Boolean);
  const isOpen = desk.isChanged || Boolean(desk.editing) || desk.past.length + desk.future.length > 0;
  places.bar.hidden = !isOpen && !places.told.firstChild;
  places.buttons.hidden = !isOpen;
  desk.bar ??= barOf(desk);
  const { changes, status, save, undo, redo } = desk.bar;
  write(changes, parts.length > 0 ? `未保存：${parts.join("、")}` : "还没有改动");
  write(status, desk.status ? `　${desk.status}` : "");
  save.disabled = desk.isBusy || !desk.isChanged;
  undo.disabled = desk.isBusy || desk.past.length === 0;
  redo.disabled = desk.isBusy || desk.future.length === 0;
}

/** Builds the bar that saves, once; what it says changes, so that it is heard only when it does. */
function barOf(desk) {
  const button = (text, kind, run) => h("button", { type: "button", class: `button ${kind}`, text, on: { click: run } });
  const bar = {
    changes: h("strong"), status: h("span"), save: button("保存为新的一版", "primary", () => desk.save()),
    undo: button("撤销", "", () => desk.undo()), redo: button("重做", "", () => desk.redo()),
  };
  const said = h("p", { class: "save-status", role: "status" }, bar.changes, bar.status);
  fill(places.buttons, said, bar.save, bar.undo, bar.redo, button("放弃修改", "quiet", () => desk.discard()));
  return bar;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says in a line what is open on the desk, or in a version by itself. */
export function toldOf(desk, version = null) {
  const said = version ?? desk.said;
  const count = (severity) => said.findings.filter((each) => each.severity === severity).length;
  const open = (version ? version.gaps : desk.openGaps()).length;
  const parts = [open > 0 && `待补充${open}处`, count("error") > 0 && `错误${count("error")}处`, count("warning") > 0 && `警告${count("warning")}处`].filter(Boolean);
  return parts.length > 0 ? `核对过：${parts.join("，")}。` : "核对过：没有错误和警告。";
}
