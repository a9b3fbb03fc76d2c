// The open places of a draft: filled in their own forms, one after the other.

import { send } from "./api.js";
import { toldOf } from "./draft-bar.js";
import { openAdvice, openFill } from "./draft-fill.js";
import { fillKey } from "./draft-paper.js";
import { at, places } from "./draft-place.js";
import { fill, find, h } from "./dom.js";
import { announce } from "./notice.js";

/** What a fact is that is a figure and nothing else, which is rested on who gave it. */
const QUANTITY = /^[0-9][0-9,，.]*[^0-9\s]{1,6}$/;
const AHEAD = 12;

/** Opens the form for a gap below its block, or says what else can be done about it. */
export function fillGap(desk, gap, block, opener, problem = "") {
  if (desk.mode === "read") return;
  const host = desk.paper.formUnder(block);
  const { given } = desk.draft;
  const isOld = !given || (given.is_own_outline && !given.outline_toml);
  if (gap.takes && !isOld) {
    fillIn(desk, gap, host, opener, { problem });
    return;
  }
  closeForms(host);
  openAdvice(host, { gap, isOld, canRewrite: desk.canRewrite, opener, onEdit: () => desk.edit(block) });
}

/** Opens the form for what fills a gap in a place, alone or below the forms that are open. */
export function fillIn(desk, gap, host, opener, { problem = "", isAlone = true } = {}) {
  const place = h("div");
  if (isAlone) {
    closeForms(host);
    fill(host, place);
  } else {
    host.append(place);
  }
  const key = fillKey(gap);
  const before = desk.givenFor(gap.takes, gap.item)?.text ?? "";
  openFill(place, {
    gap, problem, opener,
    offer: desk.offers.then((offers) => offers.find((each) => fillKey(each) === key)),
    onTry: (text) => tryOut(desk, gap, text),
    given: desk.kept.get(`fill ${key}`) ?? desk.fills.get(key)?.text ?? before,
    isKnown: Boolean(desk.fills.get(key)?.text || before),
    onText: (text) => {
      desk.kept.set(`fill ${key}`, text);
      desk.changed();
    },
    onDone: (text, { said, where }) => filled(desk, gap, text, before, { said, where }),
    onRefused: (why) => desk.tell({ kind: "error", text: `“${gap.what}”没有填上：${why}` }),
    onNext: () => nextGap(desk, opener),
  });
}

/** Asks the service whether a text can be written; returns {problem, text}. One that is away is asked again on saving. */
async function tryOut(desk, gap, text) {
  try {
    const { problems, facts } = await send("POST", `${at}/fillings/trial`, { ...fillingsOf([{ takes: gap.takes, item: gap.item, text }]), version: desk.draft.version });
    return { problem: problems[0]?.message ?? "", text: facts[0]?.text ?? text };
  } catch (problem) {
    return { problem: problem.isAway || problem.isAborted ? "" : problem.message, text };
  }
}

/** Returns what is filled in as the service takes it. */
export function fillingsOf(fills) {
  const list = [...fills];
  const of = (takes) => list.filter((each) => each.takes === takes).map(({ item, text }) => ({ item, text }));
  return { reasons: of("reason"), facts: of("fact") };
}

/** Returns how an open place reads in the text. */
export const signOf = (what) => `【待补充：${what}】`;

/** Writes what is filled in for a block into its text, so that it can be edited; figures keep who gave them. */
export function writeFills(desk, block) {
  const sentences = desk.places().get(block) ?? [];
  for (const { sentence } of sentences) {
    for (const gap of sentence.gaps) {
      const filled = desk.fills.get(fillKey(gap));
      const start = filled?.text ? block.text.indexOf(signOf(gap.what)) : -1;
      if (start < 0) continue;
      if (filled.takes === "fact" && QUANTITY.test(filled.text)) desk.sources = [...desk.sources, sourceOf(filled, block.text.slice(0, start))];
      block.text = block.text.slice(0, start) + filled.text + block.text.slice(start + signOf(gap.what).length);
    }
  }
  writeRefills(desk, block);
  for (const [key, { what }] of [...desk.fills]) {
    const isWritten = sentences.some(({ sentence }) => sentence.gaps.some((gap) => fillKey(gap) === key));
    if (isWritten && !desk.blocks.some((each) => each.text.includes(signOf(what)))) desk.fills.delete(key);
  }
}

/** Writes reasons that were given before and are given anew into the text of a block. */
export function writeRefills(desk, block) {
  for (const { sentence } of desk.places().get(block) ?? []) {
    for (const reason of sentence.reasons) {
      const key = fillKey({ takes: "reason", item: reason.item });
      const text = desk.fills.get(key)?.text;
      const start = text ? block.text.indexOf(reason.text) : -1;
      if (start < 0 || !reason.text) continue;
      block.text = block.text.slice(0, start) + text + block.text.slice(start + reason.text.length);
      desk.fills.delete(key);
    }
  }
}

function sourceOf(filled, before) {
  const ahead = before.split("】").at(-1).slice(-AHEAD);
  return { figure: filled.text, basis: `填报人填写${filled.where ? `，引自${filled.where}` : ""}：${filled.text}`, formula: "", sentence: ahead };
}

function filled(desk, gap, text, before, { said = "", where = "" }) {
  const key = fillKey(gap);
  desk.step();
  desk.kept.delete(`fill ${key}`);
  if (text === before) desk.fills.delete(key);
  else desk.fills.set(key, { takes: gap.takes, item: gap.item, what: gap.what, kind: gap.kind, text, where });
  if (desk.checked) desk.status = toldOf(desk);
  if (said) desk.tell({ kind: "info", text: said });
  desk.changed();
  desk.draw();
  announce(text ? `${said}已填“${gap.what}”，还没有保存。` : `“${gap.what}”会重新留空。`);
}

function closeForms(except) {
  for (const form of document.querySelectorAll(".row-form")) if (form !== except) fill(form);
}

/** Goes to the next open place after an element, or after where the reader is. */
export function nextGap(desk, from = document.activeElement) {
  const key = from?.dataset?.at;
  const gaps = [...places.paper.querySelectorAll(".gap[role=button]")];
  const start = from?.isConnected ? from : key ? places.paper.querySelector(`[data-at="${CSS.escape(key)}"]`) : null;
  const isAfter = (each) => !start || start.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
  const open = gaps.filter((each) => !each.classList.contains("filled"));
  const next = open.find((each) => isAfter(each) && each !== start) ?? open[0];
  if (!next) {
    announce("没有待补充的地方了。");
    find("button.primary", places.bar)?.focus();
    return;
  }
  next.scrollIntoView({ block: "center" });
  next.click();
}
