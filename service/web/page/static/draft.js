// The view 草稿: open places are filled, text is edited with findings beside it, versions are saved, compared and approved.

import { get, send } from "./api.js";
import { confirm, promptText } from "./confirm.js";
import { blocksOf, isEdited, placed, sentencesOf, settled, textOf } from "./draft-blocks.js";
import { headOf } from "./draft-head.js";
import { openAdvice, openFill } from "./draft-fill.js";
import { Paper, fillKey } from "./draft-paper.js";
import { dropAll, dropUnsaved, keepUnsaved, unsavedOf } from "./draft-unsaved.js";
import { compare, showVersions } from "./draft-versions.js";
import { fill, find, h } from "./dom.js";
import { copyText } from "./download.js";
import { announce, clearNotice, notice } from "./notice.js";
import { closePanel, openPanel } from "./panel.js";
import { timeOf } from "./words.js";

const CHECK_AFTER_MS = 900;
const KEEP_AFTER_MS = 300;
const MOST_STEPS = 100;
const SLOW_MS = 5000;

const id = document.body.dataset.id;
const at = `/v1/drafts/${encodeURIComponent(id)}`;
const places = { head: find("#head"), message: find("#message"), paper: find("#paper"), after: find("#after"), bar: find("#bar"), buttons: find("#buttons"), told: find("#told") };
const TOLD_MS = 8000;

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
    this.recover();
    this.draw();
    scrollTo({ top: from });
    if (this.mode === "edit" && (this.isTextChanged || draft.findings.some((each) => each.blocks && each.sentence))) this.check();
  }

  /** Takes up what this browser kept of an edit that was not saved, or offers it. */
  recover() {
    clearNotice(places.message);
    clearNotice(places.told);
    const found = unsavedOf(id);
    const own = found.find((each) => each.isOwn && each.version === this.draft.version) ?? found.find((each) => each.isOwn);
    const entry = own ?? found[0];
    if (!entry) return;
    const when = timeOf(entry.at);
    const forget = { label: "放弃这些修改", run: () => this.forget(entry) };
    if (own && entry.version === this.draft.version) {
      this.mode = "edit";
      this.take(entry.changes);
      notice(places.message, { kind: "info", text: `已恢复您${when}没有存的修改，接着改就行。`, actions: [forget] });
    } else if (entry.version === this.draft.version) {
      notice(places.message, {
        kind: "warning", text: `这个浏览器里有${when}在第${entry.version}版上改了没存的内容，可能是另一个窗口里的。`,
        actions: [{ label: "恢复", run: () => this.resume(entry) }, forget, { label: "先不管", run: () => clearNotice(places.message) }],
      });
    } else {
      const later = entry.version < this.newest ? `后来有了第${this.newest}版` : "它不是正在看的一版";
      notice(places.message, {
        kind: "warning", text: `${when}在第${entry.version}版上改了没存的内容还在，${later}。`,
        actions: [{ label: `打开第${entry.version}版接着改`, run: () => this.resume(entry) }, forget],
      });
    }
  }

  async resume(entry) {
    if (entry.version !== this.draft.version) await this.guarded(() => this.open(entry.version, { resume: true }));
    this.mode = "edit";
    this.take(entry.changes);
    this.keep();
    if (!entry.isOwn) dropUnsaved(id, entry.version, entry.tab);
    clearNotice(places.message);
    this.draw();
    this.check();
    announce("已恢复。");
  }

  async forget(entry) {
    const isSure = await confirm({ title: "放弃没有存的修改？", text: `${timeOf(entry.at)}在第${entry.version}版上改的内容会丢掉，找不回来。`, action: "放弃", danger: true });
    if (!isSure) return;
    dropUnsaved(id, entry.version, entry.tab);
    await this.guarded(() => this.open(this.draft.version));
  }

  /** Puts kept changes on the desk. */
  take({ blocks, sources, fills, kept }) {
    const tables = blocksOf(this.draft).filter((each) => each.role === "table");
    const originals = new Map(blocksOf(this.draft).map((each) => [each.key, each.original]));
    this.blocks = blocks.map((each) => (each.role === "table" ? tables.find((table) => table.key === each.key) : { ...each, table: null, original: originals.get(each.key) ?? "" })).filter(Boolean);
    this.sources = sources;
    this.fills = new Map(fills);
    this.kept = new Map(kept);
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
    const snapshot = from.pop();
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
    this.status = toldOf(this.checked);
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
      this.status = toldOf(this.checked);
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
    if (this.mode === "read") return;
    const host = this.paper.formUnder(block);
    const { given } = this.draft;
    const isOld = !given || (given.is_own_outline && !given.outline_toml);
    if (gap.takes && !isOld) {
      this.fillIn(gap, host, opener, problem);
      return;
    }
    this.closeForms(host);
    openAdvice(host, { gap, isOld, canRewrite: this.canRewrite, opener, onClose: () => {}, onEdit: () => this.edit(block) });
  }

  /** Opens the form for what fills a gap in a place. */
  fillIn(gap, host, opener, problem = "") {
    this.closeForms(host);
    const onClose = () => {};
    const key = fillKey(gap);
    const before = this.givenFor(gap.takes, gap.item)?.text ?? "";
    openFill(host, {
      gap, problem, opener, onClose,
      given: this.kept.get(`fill ${key}`) ?? this.fills.get(key)?.text ?? before,
      isKnown: Boolean(this.fills.get(key)?.text || before),
      onText: (text) => {
        this.kept.set(`fill ${key}`, text);
        this.changed();
      },
      onDone: (text) => this.filled(gap, text, before),
      onNext: () => this.nextGap(opener),
    });
  }

  filled(gap, text, before) {
    const key = fillKey(gap);
    this.step();
    this.kept.delete(`fill ${key}`);
    if (text === before) this.fills.delete(key);
    else this.fills.set(key, { takes: gap.takes, item: gap.item, what: gap.what, kind: gap.kind, text });
    this.changed();
    this.draw();
    announce(text ? `已填“${gap.what}”，还没有写入草稿。` : `“${gap.what}”会重新留空。`);
  }

  closeForms(except) {
    for (const form of document.querySelectorAll(".row-form")) if (form !== except) fill(form);
  }

  /** Goes to the next open place after an element, or after where the reader is. */
  nextGap(from = document.activeElement) {
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

  nextFinding() {
    const notes = [...places.paper.querySelectorAll(".note")];
    const at = notes.indexOf(document.activeElement);
    const next = notes[(at + 1) % notes.length];
    next?.scrollIntoView({ block: "center" });
    next?.focus({ preventScroll: true });
  }

  // ------------------------------------------------------------------------------------- saving

  async save({ isForced = false } = {}) {
    if (this.isBusy || !this.isChanged) return;
    if (this.editing) this.settle();
    clearNotice(places.told);
    this.abort?.abort();
    this.isBusy = true;
    const slow = setTimeout(() => this.say("正在存，比平时慢；请不要关窗口…"), SLOW_MS);
    this.say("正在存…");
    const expects = isForced ? this.newest : this.known;
    try {
      await this.saveAll(expects);
    } catch (problem) {
      this.status = "还没有存上，改的都在";
      this.failed(problem);
    } finally {
      clearTimeout(slow);
      this.isBusy = false;
      this.draw();
    }
  }

  async saveAll(expects) {
    const old = this.draft.version;
    let made = this.draft;
    if (this.isTextChanged) {
      made = await send("POST", `${at}/versions`, { text: textOf(this.blocks), sources: this.sources, version: old, expects });
      await this.moveTo(made, old);
    }
    for (const key of [...this.fills.keys()]) if (!this.hasPlaceFor(key, made)) this.fills.delete(key);
    if (this.fills.size > 0) {
      const fills = [...this.fills.values()];
      const of = (takes) => fills.filter((each) => each.takes === takes).map(({ item, text }) => ({ item, text }));
      const known = made === this.draft && made.version === old ? expects : made.version;
      made = await send("POST", `${at}/fillings`, { reasons: of("reason"), facts: of("fact"), version: made.version, expects: known });
    }
    dropUnsaved(id, old);
    dropUnsaved(id, this.draft.version);
    const said = toldOf(made);
    await this.open(made.version);
    this.tell({ kind: "done", text: `已存为第${made.version}版。${said}` });
    setTimeout(() => this.isChanged || this.tell(null), TOLD_MS);
    places.paper.focus({ preventScroll: true });
  }

  /** Says something about saving, next to the button that saves. */
  tell(said) {
    if (said) notice(places.told, said);
    else clearNotice(places.told);
    this.drawBar();
  }

  /** Whether what was filled in still has a place: a gap of the version, or something given before. */
  hasPlaceFor(key, version) {
    const { takes, item } = this.fills.get(key);
    return version.gaps.some((gap) => fillKey(gap) === key) || (version.origin === "drafted" && this.givenFor(takes, item) !== undefined);
  }

  /** Takes the version that the text was saved as for the one that is open, with what is still to be filled in. */
  async moveTo(made, old) {
    const fills = new Map(this.fills);
    if (fills.size === 0) return;
    dropUnsaved(id, old);
    this.draft = made;
    this.blocks = blocksOf(made);
    Object.assign(this, { sources: [], checked: null, fills, past: [], future: [], known: made.version });
    this.versions = (await get(`${at}/versions`)).versions;
    this.keep();
  }

  async failed(problem) {
    if (problem.code === "draft-changed") {
      this.versions = (await get(`${at}/versions`)).versions;
      const newest = this.newest;
      const when = timeOf(this.versions.at(-1).created_at);
      this.tell({
        kind: "warning", text: `没有存：您打开之后，别人（或您的另一个窗口）在${when}存了第${newest}版。您改的都还在这里。照样存，会成为第${newest + 1}版，其中没有第${newest}版的改动。`,
        actions: [
          { label: `看第${newest}版改了什么`, run: () => this.showChanges(this.draft.version, newest) },
          { label: "照样存为新的一版", run: () => this.save({ isForced: true }) },
          { label: `打开第${newest}版，我的修改先留着`, run: () => this.guarded(() => this.open(newest)) },
        ],
      });
    } else {
      const item = [...this.fills.values()].find((each) => problem.message.includes(`“${each.item}”`) || problem.message.includes(`“${each.what}”`));
      const block = item && this.blockOfGap(fillKey(item));
      if (block) {
        this.draw();
        this.fill(item, block, places.paper.querySelector(`[data-gap="${CSS.escape(fillKey(item))}"]`), problem.message);
        return;
      }
      const again = problem.isAway && { label: "再存一次", run: () => this.save() };
      const copy = problem.code === "missing-draft" && { label: "复制我改的全文", run: () => copyText(textOf(this.blocks)) };
      this.tell({ kind: "error", text: problem.message, actions: [again, copy].filter(Boolean) });
    }
  }

  blockOfGap(key) {
    for (const [block, sentences] of this.places()) {
      if (sentences.some(({ sentence }) => sentence.gaps.some((gap) => fillKey(gap) === key) || sentence.reasons.some((each) => `reason ${each.item}` === key))) return block;
    }
    return null;
  }

  showChanges(base, version) {
    const host = h("div");
    openPanel({ title: "两版的不同", content: host });
    compare(host, id, base, version);
  }

  /** Writes the version anew by the documents as they are now. */
  async rewrite() {
    if (this.isChanged) {
      notice(places.message, { kind: "warning", text: "有没存的修改。请先保存，再重写。", actions: [{ label: "保存", run: () => this.save() }] });
      return;
    }
    notice(places.message, { kind: "info", text: "正在用现有资料重写…" });
    try {
      const made = await send("POST", `${at}/fillings`, { version: this.draft.version, expects: this.known });
      await this.open(made.version);
      notice(places.message, {
        kind: "done", text: `资料有变化，已重写为第${made.version}版。`,
        actions: [{ label: "看改了什么", run: () => this.showChanges(made.revision.base, made.version) }],
      });
    } catch (problem) {
      if (problem.code === "draft-changed") await this.failed(problem);
      notice(places.message, { kind: problem.code === "invalid-input" ? "info" : "error", text: problem.message });
    }
  }

  async discard() {
    const isSure = await confirm({ title: "放弃没有存的修改？", text: "改的文字和填的内容都会丢掉，回到这一版原来的样子。", action: "放弃", danger: true });
    if (!isSure) return;
    dropUnsaved(id, this.draft.version);
    await this.guarded(() => this.open(this.draft.version));
    announce("已放弃。");
  }

  // ----------------------------------------------------------------------------- approving, deleting

  async approve() {
    const open = [
      ...this.draft.gaps.map((gap) => ({ word: "待补充", text: `${gap.what}（${gap.section}）`, sentence: gap.sentence })),
      ...this.draft.findings.filter((each) => each.blocks).map((each) => ({ word: each.severity === "error" ? "错误" : "没有来源", text: each.message, sentence: each.sentence })),
    ];
    if (this.isChanged) {
      notice(places.message, { kind: "warning", text: "有没存的修改。请先保存为新的一版，再批准。", actions: [{ label: "保存", run: () => this.save() }] });
      places.message.scrollIntoView({ block: "center" });
      return;
    }
    if (open.length > 0) {
      this.showOpen(open);
      return;
    }
    const said = await promptText({
      title: `批准第${this.draft.version}版`, text: "批准以后，这一版不能再改，也不能删除；要改就另存新的一版。", action: "批准",
      fields: [{ name: "by", label: "批准人", required: true, maxlength: 50, hint: "写姓名，例如：王某" }],
    });
    if (!said) return;
    await this.guarded(async () => {
      await send("POST", `${at}/versions/${this.draft.version}/approval`, { by: said.by });
      await this.open(this.draft.version);
      announce(`第${this.draft.version}版已批准。`);
      scrollTo({ top: 0 });
    });
  }

  showOpen(open) {
    const go = (each) => {
      if (matchMedia("(max-width: 899px)").matches) closePanel();
      this.paper.goTo(each.sentence);
    };
    openPanel({
      title: `还不能批准：有${open.length}处要先解决`,
      content: [
        h("p", { class: "hint", text: "点一条，到它所在的地方。" }),
        h("ul", { class: "list" }, open.map((each) => h("li", null, h("span", { class: "tag warn", text: each.word }), " ",
          each.sentence ? h("button", { type: "button", class: "link-button", text: each.text, on: { click: () => go(each) } }) : each.text))),
      ],
    });
  }

  async delete() {
    const isSure = await confirm({ title: "删除这份草稿？", text: `${this.draft.title}的${this.versions.length}版都会删除，找不回来。`, action: "删除", danger: true });
    if (!isSure) return;
    await this.guarded(async () => {
      await send("DELETE", at);
      this.isGone = true;
      dropAll(id);
      location.assign("/drafts");
    });
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
    clearNotice(places.message);
    this.draw();
    this.check();
    announce("可以改了，存的时候会成为新的一版。");
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

  drawHead() {
    const { draft, mode, versions, isChanged, fills } = this;
    const state = JSON.stringify([draft.id, draft.version, draft.approval, mode, versions.length, isChanged, [...fills], this.said.gaps, this.findings()]);
    if (state === this.headState) return;
    this.headState = state;
    const { head, after } = headOf(this);
    fill(places.head, head);
    fill(places.after, after);
  }

  drawBar() {
    const edited = this.blocks.filter((each) => each.role !== "table" && each.text !== each.original).length;
    const removed = blocksOf(this.draft).filter((each) => each.role !== "table" && !this.blocks.some((block) => block.key === each.key)).length;
    const parts = [edited + removed > 0 && `文字${edited + removed}处`, this.sources.length > 0 && `依据${this.sources.length}处`, this.fills.size > 0 && `填写${this.fills.size}处`].filter(Boolean);
    const isOpen = this.isChanged || Boolean(this.editing);
    places.bar.hidden = !isOpen && !places.told.firstChild;
    places.buttons.hidden = !isOpen;
    this.bar ??= barOf(this);
    const { changes, status, save, undo, redo } = this.bar;
    write(changes, parts.length > 0 ? `没存：${parts.join("、")}` : "还没有改动");
    write(status, this.status ? `　${this.status}` : "");
    save.disabled = this.isBusy || !this.isChanged;
    undo.disabled = this.past.length === 0;
    redo.disabled = this.future.length === 0;
  }
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

/** Says in a line what a version or a check holds. */
function toldOf(said) {
  const count = (severity) => said.findings.filter((each) => each.severity === severity).length;
  const parts = [said.gaps.length > 0 && `待补充${said.gaps.length}处`, count("error") > 0 && `错误${count("error")}处`, count("warning") > 0 && `警告${count("warning")}处`].filter(Boolean);
  return parts.length > 0 ? `核对过：${parts.join("，")}。` : "核对过：没有错误和警告。";
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
