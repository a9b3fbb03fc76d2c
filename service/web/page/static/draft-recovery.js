// What this browser kept of an edit that was not saved: taken up again, or offered.

import { confirm } from "./confirm.js";
import { blocksOf } from "./draft-blocks.js";
import { id, places } from "./draft-place.js";
import { dropUnsaved, unsavedOf } from "./draft-unsaved.js";
import { announce, clearNotice, notice } from "./notice.js";
import { timeOf } from "./words.js";

/** Takes up what this browser kept of an edit that was not saved, or offers it. */
export function recover(desk) {
  clearNotice(places.message);
  clearNotice(places.told);
  const found = unsavedOf(id);
  const own = found.find((each) => each.isOwn && each.version === desk.draft.version) ?? found.find((each) => each.isOwn);
  const entry = own ?? found[0];
  if (!entry) return;
  const when = timeOf(entry.at);
  const giveUp = { label: "放弃这些修改", run: () => forget(desk, entry) };
  if (own && entry.version === desk.draft.version) {
    desk.mode = "edit";
    take(desk, entry.changes);
    notice(places.message, { kind: "info", text: `已恢复您${when}没有保存的修改，接着改就行。`, actions: [giveUp] });
  } else if (entry.version === desk.draft.version) {
    notice(places.message, {
      kind: "warning", text: `这个浏览器里有${when}在第${entry.version}版上改了没保存的内容，可能是另一个窗口里的。`,
      actions: [{ label: "恢复", run: () => resume(desk, entry) }, giveUp, { label: "先不管", run: () => clearNotice(places.message) }],
    });
  } else {
    const later = entry.version < desk.newest ? `后来有了第${desk.newest}版` : "它不是正在看的一版";
    notice(places.message, {
      kind: "warning", text: `${when}在第${entry.version}版上改了没保存的内容还在，${later}。`,
      actions: [{ label: `打开第${entry.version}版接着改`, run: () => resume(desk, entry) }, giveUp],
    });
  }
}

/** Goes on with a kept edit, on the version that it was made on and on no other. */
async function resume(desk, entry) {
  if (entry.version !== desk.draft.version) await desk.guarded(() => desk.open(entry.version, { resume: true }));
  if (entry.version !== desk.draft.version) return;
  desk.mode = "edit";
  take(desk, entry.changes);
  desk.keep();
  if (!entry.isOwn) dropUnsaved(id, entry.version, entry.tab);
  clearNotice(places.message);
  desk.draw();
  desk.check();
  announce("已恢复。");
}

async function forget(desk, entry) {
  const isSure = await confirm({ title: "放弃没有保存的修改？", text: `${timeOf(entry.at)}在第${entry.version}版上改的内容会丢掉，找不回来。`, action: "放弃", danger: true });
  if (!isSure) return;
  dropUnsaved(id, entry.version, entry.tab);
  await desk.guarded(() => desk.open(desk.draft.version));
}

/** Puts kept changes on the desk. */
function take(desk, { blocks, sources, fills, kept }) {
  const tables = blocksOf(desk.draft).filter((each) => each.role === "table");
  const originals = new Map(blocksOf(desk.draft).map((each) => [each.key, each.original]));
  desk.blocks = blocks.map((each) => (each.role === "table" ? tables.find((table) => table.key === each.key) : { ...each, table: null, original: originals.get(each.key) ?? "" })).filter(Boolean);
  desk.sources = sources;
  desk.fills = new Map(fills);
  desk.kept = new Map(kept);
}
