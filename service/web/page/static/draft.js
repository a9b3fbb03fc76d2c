// The view 草稿: open places are filled, text is edited with findings beside it, versions are saved, compared and approved.

import { get, send } from "./api.js";
import { confirm } from "./confirm.js";
import { approve, remove } from "./draft-approving.js";
import { drawBar, toldOf } from "./draft-bar.js";
import { blocksOf, isEdited, placed, sentencesOf, settled, textOf } from "./draft-blocks.js";
import { fillGap, fillIn, nextGap, writeFills } from "./draft-gaps.js";
import { offersOf } from "./draft-offers.js";
import { headOf } from "./draft-head.js";
import { Paper, fillKey } from "./draft-paper.js";
import { at, id, places } from "./draft-place.js";
import { recover } from "./draft-recovery.js";
import { rewrite, save } from "./draft-saving.js";
import { dropUnsaved, keepUnsaved } from "./draft-unsaved.js";
import { compare, showVersions } from "./draft-versions.js";
import { fill, find, h } from "./dom.js";
import { announce, clearNotice, notice } from "./notice.js";
import { closePanel, openPanel } from "./panel.js";
import { timeOf } from "./words.js";

const CHECK_AFTER_MS = 900;
const KEEP_AFTER_MS = 300;
const MOST_STEPS = 100;
const SLOW_MS = 5000;

/** What is open on the desk: a version, what was changed on it, and what the last check said. */
class Desk {
  draft = null;
  versions = [];
  blocks = [];
  sources = [];
  fills = new Map();
  kept = new Map();
  checked = null;
  editing = null;
  mode = "edit";
  status = "";
  isBusy = false;
  isGone = false;
  past = [];
  future = [];
  paper = null;

  get newest() {
    return this.versions.at(-1)?.version ?? this.draft.version;
  }

  get isTextChanged() {
    return isEdited(this.blocks, this.draft) || this.sources.length > 0;
  }

  get isChanged() {
    return this.isTextChanged || this.fills.size > 0;
  }

  /** What is said of the text as it stands: the last check of it, else the version. */
  get said() {
    return this.checked ?? this.draft;
  }

  findings() {
    return this.said.findings;
  }

  /** Returns the open places as the desk stands: those of the text without those that are filled in. */
  openGaps() {
    return this.said.gaps.filter((gap) => !this.fills.get(fillKey(gap))?.text);
  }

  states() {
    return this.checked?.figures ?? [];
  }

  places() {
    return placed(this.blocks, this.said);
  }

  /** Whether something given for an item can be given anew: in a version that the program wrote. */
  canRefill(takes, item) {
    return this.draft.origin === "drafted" && this.givenFor(takes, item) !== undefined;
  }

  givenFor(takes, item) {
    const given = this.draft.given;
    return (takes === "reason" ? given?.reasons : given?.facts)?.find((each) => each.item === item);
  }

  /** Whether the version can be written anew: by the program, with all that it was asked to be known. */
  get canRewrite() {
    const { given, origin } = this.draft;
    return this.mode === "edit" && origin === "drafted" && Boolean(given) && !(given.is_own_outline && !given.outline_toml);
  }

  // ------------------------------------------------------------------------------------ opening

  async open(version = null, { resume = false } = {}) {
    const query = version ? `?version=${version}` : "";
    const [draft, about] = await Promise.all([get(`${at}${query}`), get(`${at}/versions`)]);
    // A check of what was open before must not be taken for one of this.
    clearTimeout(this.checking);
    this.abort?.abort();
    this.known = about.versions.at(-1).version;
    Object.assign(this, { draft, versions: about.versions, sources: [], fills: new Map(), kept: new Map(), checked: null, editing: null, status: "", past: [], future: [] });
    this.blocks = blocksOf(draft);
    this.mode = !resume && (draft.approval || draft.version < this.newest) ? "read" : "edit";
    const from = scrollY;
    const address = draft.version === this.newest ? `/drafts/${id}` : `/drafts/${id}?version=${draft.version}`;
    history.replaceState(null, "", address);
    document.title = `${draft.title} · 有据`;
    fill(places.paper);
    places.paper.className = "paper";
    this.paper = new Paper(places.paper, this);
    this.offers = this.mode === "edit" && draft.gaps.some((gap) => gap.takes) ? offersOf(draft.version) : Promise.resolve([]);
    recover(this);
    this.draw();
    scrollTo({ top: from });
    if (this.mode === "edit" && (this.isTextChanged || draft.findings.some((each) => each.blocks && each.sentence))) this.check();
  }

  // ------------------------------------------------------------------------------------ keeping

  changed() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEEP_AFTER_MS);
    this.drawBar();
  }

  keep() {
    clearTimeout(this.keeping);
    if (this.isGone) return;
    if (!this.isChanged && this.kept.size === 0) {
      dropUnsaved(id, this.draft.version);
      return;
    }
    const blocks = this.blocks.map(({ role, text, key, level }) => ({ role, text, key, level }));
    const isKept = keepUnsaved(id, this.draft.version, { blocks, sources: this.sources, fills: [...this.fills], kept: [...this.kept] });
    if (!isKept) this.status = "浏览器不让暂存，请尽快保存为新的一版";
  }

  snapshot() {
    return { blocks: this.blocks.map((each) => ({ ...each })), sources: [...this.sources], fills: new Map(this.fills) };
  }

  step(before = this.snapshot()) {
    this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
  }

  undo() {
    this.travel(this.past, this.future, "已撤销。");
  }

  redo() {
    this.travel(this.future, this.past, "已重做。");
  }

  travel(from, to, said) {
    const snapshot = this.isBusy ? null : from.pop();
    if (!snapshot) return;
    to.push(this.snapshot());
    Object.assign(this, snapshot, { editing: null });
    this.changed();
    this.draw();
    this.check();
    announce(said);
  }

  // ------------------------------------------------------------------------------------ editing

  edit(block) {
    if (this.mode === "read") return;
    const open = this.blocks.find((each) => each.key === this.editing);
    if (open) this.settle();
    this.before = this.snapshot();
    this.editing = block.key;
    writeFills(this, block);
    this.draw();
  }

  typed(block, text) {
    block.text = text;
    this.changed();
    this.checkSoon();
  }

  done(block) {
    this.settle();
    this.draw();
    this.check();
    find("button.edit", document.getElementById(block.key) ?? places.paper)?.focus();
  }

  settle() {
    const before = this.before;
    this.blocks = settled(this.blocks);
    this.editing = null;
    this.before = null;
    if (before && textOf(before.blocks) !== textOf(this.blocks)) this.step(before);
    this.changed();
  }

  /** Writes what a figure should be in its place; it can be undone. */
  correct(block, { sentence, stated, expected }) {
    if (this.editing) this.settle();
    const own = this.blocks.find((each) => each.key === block.key);
    const start = this.places().get(own)?.find((each) => each.sentence.id === sentence)?.start ?? 0;
    const wrong = this.states().find((each) => each.sentence === sentence && each.text === stated && each.state === "contradicted");
    const at = own?.text.indexOf(stated, start + (wrong?.start ?? 0)) ?? -1;
    if (at < 0) return;
    this.step();
    own.text = own.text.slice(0, at) + expected + own.text.slice(at + stated.length);
    this.changed();
    this.draw();
    this.check();
    announce(`“${stated}”已改成“${expected}”，可以撤销。`);
    find("button.edit", document.getElementById(own.key) ?? places.paper)?.focus();
  }

  restore(block) {
    block.text = block.original;
    this.done(block);
  }

  remove(block) {
    const index = this.blocks.indexOf(block);
    this.blocks = this.blocks.filter((each) => each !== block);
    this.settle();
    this.draw();
    this.check();
    announce("已删去这一段，可以撤销。");
    find("button.edit", document.getElementById(this.blocks[Math.max(0, index - 1)].key) ?? places.paper)?.focus();
  }

  /** Takes what a figure is rested on, if the service can use it; returns why not, or "". */
  async rest(source) {
    const sources = [...this.sources.filter((each) => each.figure !== source.figure || each.sentence !== source.sentence), source];
    this.abort?.abort();
    try {
      this.checked = await send("POST", `${at}/recheck`, this.asked(sources));
    } catch (problem) {
      this.check();
      return problem.message;
    }
    this.step();
    this.sources = sources;
    this.status = toldOf(this);
    this.changed();
    this.draw();
    return "";
  }

  asked(sources = this.sources) {
    return { text: textOf(this.blocks) || "（空）", sources, version: this.draft.version };
  }

  /** Takes back what a figure was rested on. */
  unrest(figure) {
    this.step();
    this.sources = this.sources.filter((each) => each.figure !== figure);
    this.changed();
    this.check();
  }

  toNote(button) {
    button.closest(".row")?.querySelector(".note")?.focus();
  }

  // ----------------------------------------------------------------------------------- checking

  checkSoon() {
    clearTimeout(this.checking);
    this.status = "停下来就核对…";
    this.checking = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  async check() {
    clearTimeout(this.checking);
    this.abort?.abort();
    const hasOpen = this.draft.findings.some((each) => each.blocks && each.sentence);
    if (!this.isTextChanged && !(this.mode === "edit" && hasOpen)) {
      this.checked = null;
      this.status = "";
      this.draw();
      return;
    }
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.status = "正在核对…";
    this.drawBar();
    try {
      this.checked = await send("POST", `${at}/recheck`, this.asked(), { signal });
      this.status = toldOf(this);
      this.needsCheck = false;
    } catch (problem) {
      if (problem.isAborted) return;
      this.needsCheck = problem.isAway;
      this.status = problem.isAway ? "连不上服务，连上后自动核对；改的都留在浏览器里" : `不能核对：${problem.message}`;
    }
    this.draw();
  }

  // ------------------------------------------------------------------------------------ filling

  fill(gap, block, opener, problem = "") {
    fillGap(this, gap, block, opener, problem);
  }

  fillIn(gap, host, opener) {
    fillIn(this, gap, host, opener);
  }

  nextGap() {
    nextGap(this);
  }

  nextFinding() {
    const notes = [...places.paper.querySelectorAll(".note")];
    const next = notes[(notes.indexOf(document.activeElement) + 1) % notes.length];
    next?.scrollIntoView({ block: "center" });
    next?.focus({ preventScroll: true });
  }

  // ------------------------------------------------------------------------------------- saving

  save(how) {
    return save(this, how);
  }

  rewrite() {
    return rewrite(this);
  }

  /** Says something about saving, next to the button that saves. */
  tell(said) {
    if (said) notice(places.told, said);
    else clearNotice(places.told);
    this.drawBar();
  }

  showChanges(base, version) {
    const host = h("div");
    openPanel({ title: "两版的不同", content: host });
    compare(host, id, base, version);
  }

  async discard() {
    const isSure = await confirm({ title: "放弃没有保存的修改？", text: "改的文字和填的内容都会丢掉，回到这一版原来的样子。", action: "放弃", danger: true });
    if (!isSure) return;
    dropUnsaved(id, this.draft.version);
    await this.guarded(() => this.open(this.draft.version));
    announce("已放弃。");
  }

  // ----------------------------------------------------------------------------- approving, deleting

  approve() {
    return approve(this);
  }

  delete() {
    return remove(this);
  }

  /** Looks whether somebody saved another version meanwhile. */
  async look() {
    if (!this.draft || this.isBusy) return;
    try {
      const { versions } = await get(`${at}/versions`);
      const newest = versions.at(-1).version;
      const isNews = newest > this.newest;
      this.versions = versions;
      if (isNews) {
        notice(places.message, {
          kind: "info", text: `有了新的第${newest}版（${timeOf(versions.at(-1).created_at)}），您看的是第${this.draft.version}版。`,
          actions: [{ label: "看改了什么", run: () => this.showChanges(this.draft.version, newest) }, { label: `打开第${newest}版`, run: () => this.guarded(() => this.open(newest)) }],
        });
        this.drawHead();
      }
    } catch {
      // Asked again the next time.
    }
    if (this.needsCheck) this.check();
  }

  showVersions(opener) {
    showVersions({
      id, versions: this.versions, current: this.draft.version, opener,
      onOpen: (version) => {
        closePanel();
        this.guarded(() => this.open(version));
      },
    });
  }

  continueHere() {
    this.mode = "edit";
    this.offers = offersOf(this.draft.version);
    clearNotice(places.message);
    this.draw();
    this.check();
    announce("可以改了，保存的时候会成为新的一版。");
  }

  async guarded(run) {
    try {
      await run();
    } catch (problem) {
      if (!problem.isAborted) notice(places.message, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.guarded(run) }] });
    }
  }

  // ------------------------------------------------------------------------------------ drawing

  say(status) {
    this.status = status;
    this.drawBar();
  }

  draw() {
    this.paper.draw();
    this.drawHead();
    this.drawBar();
  }

  drawBar() {
    drawBar(this);
  }

  drawHead() {
    const { draft, mode, versions, isChanged, fills } = this;
    const state = JSON.stringify([draft.id, draft.version, draft.approval, mode, versions.length, isChanged, [...fills], this.said.gaps, this.findings()]);
    if (state === this.headState) return;
    this.headState = state;
    const { head, after } = headOf(this);
    fill(places.head, head);
    fill(places.after, after);
  }
}

// ------------------------------------------------------------------------------------------- beginning

const desk = new Desk();

addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const isTyping = event.target.closest?.("textarea, input, select");
  if (event.key === "s") {
    event.preventDefault();
    desk.save();
  } else if (event.key === "z" && !isTyping && !event.shiftKey) {
    event.preventDefault();
    desk.undo();
  } else if ((event.key === "y" || (event.key === "z" && event.shiftKey)) && !isTyping) {
    event.preventDefault();
    desk.redo();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("pagehide", () => desk.draft && desk.keep());
addEventListener("visibilitychange", () => document.visibilityState === "visible" && desk.look());
document.addEventListener("youju:back", () => {
  if (desk.draft && !desk.isBusy) desk.tell(null);
  desk.look();
});

async function begin() {
  const version = Number(new URLSearchParams(location.search).get("version")) || null;
  const wanted = new URLSearchParams(location.hash.slice(1)).get("sentence");
  const slow = setTimeout(() => fill(places.paper, h("p", { class: "muted", text: "还在打开，草稿较长或服务正忙，请再等一会儿…" })), SLOW_MS);
  try {
    await desk.open(version);
    if (wanted && sentencesOf(desk.said).some(({ sentence }) => sentence.id === wanted)) desk.paper.goTo(wanted);
  } catch (problem) {
    fill(places.paper);
    const isGone = problem.code === "missing-draft";
    notice(places.message, {
      kind: "error", text: isGone ? "没有这份草稿，或这一版：可能已经删除。" : problem.message,
      actions: [{ label: isGone ? "回到草稿列表" : "再试一次", run: () => (isGone ? location.assign("/drafts") : begin()) }],
    });
  } finally {
    clearTimeout(slow);
  }
}

begin();
