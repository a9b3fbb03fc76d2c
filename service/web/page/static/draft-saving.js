// Saving a draft as a new version: what was edited with what was filled in; what becomes of it where that fails.

import { get, send } from "./api.js";
import { toldOf } from "./draft-bar.js";
import { textOf } from "./draft-blocks.js";
import { fillIn, fillingsOf, signOf, writeRefills } from "./draft-gaps.js";
import { fillKey } from "./draft-paper.js";
import { at, id, places } from "./draft-place.js";
import { dropUnsaved } from "./draft-unsaved.js";
import { copyText } from "./download.js";
import { clearNotice, notice } from "./notice.js";
import { timeOf } from "./words.js";

const SLOW_MS = 5000;
const TOLD_MS = 8000;

/** Saves what was changed as a new version, over a newer one only where that is forced. */
export async function save(desk, { isForced = false } = {}) {
  if (desk.isBusy || !desk.isChanged) return;
  if (desk.editing) desk.settle();
  clearNotice(places.told);
  desk.abort?.abort();
  const from = document.activeElement;
  hold(desk, true);
  const slow = setTimeout(() => desk.say("正在存，比平时慢；请不要关窗口…"), SLOW_MS);
  desk.say("正在存…");
  const expects = isForced ? desk.newest : desk.known;
  try {
    await saveAll(desk, expects);
  } catch (problem) {
    desk.status = "还没有保存，改的都在";
    hold(desk, false);
    if (from?.isConnected) from.focus({ preventScroll: true });
    await desk.guarded(() => failed(desk, problem));
  } finally {
    clearTimeout(slow);
    hold(desk, false);
    desk.draw();
  }
}

/** Lets nobody change what is on its way: it would be in neither version. */
function hold(desk, isBusy) {
  desk.isBusy = isBusy;
  for (const place of [places.head, places.paper, places.after]) place.inert = isBusy;
}

async function saveAll(desk, expects) {
  const old = desk.draft.version;
  if (desk.isTextChanged) for (const block of desk.blocks) writeRefills(desk, block);
  for (const key of [...desk.fills.keys()]) if (!hasPlaceFor(desk, key)) desk.fills.delete(key);
  const { facts, reasons } = fillingsOf(desk.fills.values());
  const about = { version: old, expects };
  const text = desk.isTextChanged ? { text: textOf(desk.blocks), sources: desk.sources } : {};
  let made = null;
  if (desk.fills.size === 0) {
    made = await send("POST", `${at}/versions`, { ...text, ...about });
  } else {
    const { problems } = await send("POST", `${at}/fillings/trial`, { reasons, facts, version: old });
    if (problems.length > 0) {
      showProblems(desk, problems);
      return;
    }
    made = await send("POST", `${at}/fillings`, { reasons, facts, ...text, ...about });
  }
  dropUnsaved(id, old);
  try {
    await desk.open(made.version);
  } catch (problem) {
    const open = () => desk.guarded(() => desk.open(made.version));
    desk.tell({ kind: "warning", text: `已存为第${made.version}版，只是还没能打开它：${problem.message}`, actions: [{ label: `打开第${made.version}版`, run: open }] });
    return;
  }
  desk.tell({ kind: "done", text: `已存为第${made.version}版。${toldOf(desk, made)}` });
  setTimeout(() => desk.isChanged || desk.tell(null), TOLD_MS);
  places.paper.inert = false;
  places.paper.focus({ preventScroll: true });
}

/** Whether what was filled in still has a place: an open one in the text, or something given before that is given anew. */
function hasPlaceFor(desk, key) {
  const { takes, item, what } = desk.fills.get(key);
  const isOpen = desk.blocks.some((each) => each.text.includes(signOf(what))) || desk.said.gaps.some((gap) => fillKey(gap) === key);
  return isOpen || (!desk.isTextChanged && desk.draft.origin === "drafted" && desk.givenFor(takes, item) !== undefined);
}

/** Shows everything that cannot be filled in as it is, each next to its field. */
function showProblems(desk, problems) {
  desk.status = "还没有保存，改的都在";
  desk.tell({ kind: "error", text: `有${problems.length}处填的内容不能写入，没有保存。请按填写框里的话改。` });
  desk.draw();
  let isFirst = true;
  for (const { takes, item, message } of problems) {
    const key = fillKey({ takes, item });
    const block = blockOfGap(desk, key);
    if (!block) continue;
    fillIn(desk, desk.fills.get(key), desk.paper.formUnder(block), null, { problem: message, isAlone: isFirst });
    isFirst = false;
  }
  document.querySelector(".fill-form .input")?.focus();
}

/** Says why nothing was saved, and the ways on. */
async function failed(desk, problem) {
  if (problem.code === "draft-changed") {
    desk.versions = (await get(`${at}/versions`)).versions;
    const newest = desk.newest;
    const when = timeOf(desk.versions.at(-1).created_at);
    desk.tell({
      kind: "warning", text: `没有保存：您打开之后，别人（或您的另一个窗口）在${when}存了第${newest}版。您改的都还在这里。照样存，会成为第${newest + 1}版，其中没有第${newest}版的改动。`,
      actions: [
        { label: `看第${newest}版改了什么`, run: () => desk.showChanges(desk.draft.version, newest) },
        { label: "照样存为新的一版", run: () => desk.save({ isForced: true }) },
        { label: `打开第${newest}版，我的修改先留着`, run: () => desk.guarded(() => desk.open(newest)) },
      ],
    });
  } else {
    const item = [...desk.fills.values()].find((each) => problem.message.includes(`“${each.item}”`) || problem.message.includes(`“${each.what}”`));
    const block = item && blockOfGap(desk, fillKey(item));
    if (block) {
      desk.draw();
      desk.fill(item, block, places.paper.querySelector(`[data-gap="${CSS.escape(fillKey(item))}"]`), problem.message);
      return;
    }
    const again = problem.isAway && { label: "再保存一次", run: () => desk.save() };
    const copy = problem.code === "missing-draft" && { label: "复制我改的全文", run: () => copyText(textOf(desk.blocks)) };
    desk.tell({ kind: "error", text: problem.message, actions: [again, copy].filter(Boolean) });
  }
}

function blockOfGap(desk, key) {
  for (const [block, sentences] of desk.places()) {
    if (sentences.some(({ sentence }) => sentence.gaps.some((gap) => fillKey(gap) === key) || sentence.reasons.some((each) => `reason ${each.item}` === key))) return block;
  }
  return null;
}

/** Writes the version anew by the documents as they are now. */
export async function rewrite(desk) {
  if (desk.isChanged) {
    notice(places.message, { kind: "warning", text: "有没保存的修改。请先保存，再重写。", actions: [{ label: "保存", run: () => desk.save() }] });
    return;
  }
  if (desk.isBusy) return;
  notice(places.message, { kind: "info", text: "正在用现有资料重写……" });
  hold(desk, true);
  try {
    const made = await send("POST", `${at}/fillings`, { version: desk.draft.version, expects: desk.known });
    await desk.open(made.version);
    notice(places.message, {
      kind: "done", text: `资料有变化，已重写为第${made.version}版。`,
      actions: [{ label: "看改了什么", run: () => desk.showChanges(made.revision.base, made.version) }],
    });
  } catch (problem) {
    const newest = problem.code === "draft-changed" && { label: "打开最新的一版", run: () => desk.guarded(() => desk.open()) };
    notice(places.message, { kind: problem.code === "invalid-input" ? "info" : "error", text: problem.message, actions: [newest].filter(Boolean) });
  } finally {
    hold(desk, false);
    desk.drawBar();
  }
}
