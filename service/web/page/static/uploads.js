// Adding documents: files are sent in batches, read by the service behind, and each says what became of it.

import { get, upload } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { dropOn, guardDrops, largest, sizeOf } from "./files.js";
import { dropHere, keepHere, recallHere } from "./kept.js";
import { announce } from "./notice.js";

const POLL_MS = 700;
const KEY = "documents:jobs";
const MOST_IN_A_BATCH = 20;
const MB = 1048576;
const ARCHIVE = /\.(zip)$/i;

/** What is wrong with a file itself: sending it again does not help. */
const HOPELESS = new Set(["unreadable-document", "empty-document", "oversized-document", "unsupported-document", "source-document", "body-too-large"]);

/** One file on its way. `file` is null after the page was loaded again: the file itself is gone then. */
class Item {
  constructor(name, file) {
    this.name = name;
    this.file = file;
    this.progress = h("progress", { class: "progress", max: "1", value: 0, "aria-label": `${name}：上传进度` });
    this.state = h("span", { class: "upload-state" });
    this.more = h("div", { class: "upload-more" });
    this.node = h("li", null, h("p", { class: "upload-name" }, h("span", { text: name }), this.state), this.progress, this.more);
    this.isOver = false;
  }

  /** Says how things stand; `part` is what was sent, null while that is not known. */
  tell(text, part = null) {
    this.state.textContent = text;
    if (part === null) this.progress.removeAttribute("value");
    else this.progress.value = part;
  }

  /** Ends with success. */
  end(text, ...more) {
    this.over("upload-good", `✓ ${text}`, more);
  }

  /** Ends with an error and what can be done. */
  fail(text, ...actions) {
    this.over("upload-bad", "✗ 没有导入", [h("p", { class: "upload-error", role: "alert", text }), actions.length > 0 && h("p", { class: "actions" }, actions)]);
  }

  over(kind, text, more) {
    this.isOver = true;
    this.progress.remove();
    this.node.className = kind;
    this.state.textContent = text;
    fill(this.more, more);
  }
}

/** The place where files are dropped or chosen, and the list of what becomes of them. */
export class Uploads {
  constructor({ host, list, onChange }) {
    this.list = list;
    this.onChange = onChange;
    this.most = 32 * MB;
    this.waiting = [];
    this.isSending = false;
    this.size = h("span");
    fill(host, this.zone());
    addEventListener("beforeunload", (event) => this.isSending && event.preventDefault());
    this.learn();
  }

  /** Goes on with the runs that this tab began before it was loaded again. */
  resume() {
    for (const { id, names } of recallHere(KEY, []).filter((each) => each?.names)) {
      const items = names.map((name) => this.shown(new Item(name, null)));
      items.forEach((item) => item.tell("正在问进度……"));
      this.follow(id, items);
    }
  }

  /** Takes files in. */
  add(files) {
    const items = [...files].map((file) => this.shown(new Item(file.name, file)));
    for (const item of items) {
      if (item.file.size > this.most) item.fail(tooLarge(item.file, this.most), this.closing(item));
      else if (item.file.size === 0) item.fail("这个文件是空的，或者是文件夹。请选预算文件本身；要一次放进整个文件夹，请先压缩成ZIP。", this.closing(item));
      else {
        item.tell("等候上传", 0);
        this.waiting.push(item);
      }
    }
    this.send();
  }

  async learn() {
    const most = await largest();
    if (!most) return;
    this.most = most;
    this.size.textContent = `一个文件不超过${Math.floor(this.most / MB)}MB。`;
  }

  zone() {
    const hint = uid("hint");
    const input = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    const zone = h(
      "div",
      { class: "drop" },
      h("p", { class: "drop-lead", text: "把文件拖到这里，可以一次几份" }),
      h("p", null, h("button", { type: "button", class: "button primary", "aria-describedby": hint, text: "选择文件", on: { click: () => input.click() } })),
      h("p", { class: "hint", id: hint }, "PDF（含扫描件）、Word、Excel、WPS、网页、CSV、TXT，或它们的ZIP压缩包。", this.size, "文件只存在这台服务器上。"),
      input,
    );
    dropOn(zone, (files) => this.add(files));
    guardDrops();
    return zone;
  }

  shown(item) {
    this.list.append(item.node);
    return item;
  }

  closing(item) {
    return h("button", { type: "button", class: "button small quiet", "aria-label": `收起${item.name}`, text: "知道了", on: { click: () => item.node.remove() } });
  }

  /** Offers what can be done with a file that was not taken in; `codes` are those of what was wrong. */
  again(item, codes = []) {
    if (codes.length > 0 && codes.every((each) => HOPELESS.has(each))) return [this.closing(item)];
    const retry = () => {
      item.node.remove();
      this.add([item.file]);
    };
    return [item.file && h("button", { type: "button", class: "button small", "aria-label": `重试${item.name}`, text: "重试", on: { click: retry } }), this.closing(item)].filter(Boolean);
  }

  /** Sends what waits, one batch after the other. */
  async send() {
    if (this.isSending) return;
    this.isSending = true;
    for (let batch = this.batch(); batch.length > 0; batch = this.batch()) {
      await this.sendBatch(batch);
    }
    this.isSending = false;
  }

  /** Takes a batch from what waits: an archive alone, other files up to the limit, no name twice. */
  batch() {
    const taken = [];
    let size = 0;
    while (this.waiting.length > 0 && taken.length < MOST_IN_A_BATCH) {
      const next = this.waiting[0];
      const isAlone = ARCHIVE.test(next.name) || (taken.length > 0 && ARCHIVE.test(taken[0].name));
      if (taken.length > 0 && (isAlone || size + next.file.size > this.most || taken.some((each) => each.name === next.name))) break;
      taken.push(this.waiting.shift());
      size += next.file.size;
    }
    return taken;
  }

  async sendBatch(items) {
    const form = new FormData();
    items.forEach((item) => form.append("file", item.file, item.name));
    const whole = items.reduce((sum, item) => sum + item.file.size, 0);
    const onProgress = (part) => {
      let sent = part * whole;
      for (const item of items) {
        const own = Math.max(0, Math.min(1, sent / item.file.size));
        if (own < 0.01) item.tell("正在上传……");
        else item.tell(own < 1 ? `正在上传 ${Math.floor(100 * own)}%` : "已上传，等候读取", own < 1 ? own : null);
        sent -= item.file.size;
      }
    };
    items.forEach((item) => item.tell("正在上传……"));
    try {
      const job = await upload("/v1/documents?background=true", form, { onProgress });
      keepHere(KEY, [...recallHere(KEY, []), { id: job.id, names: items.map((item) => item.name) }]);
      this.follow(job.id, items);
    } catch (problem) {
      items.forEach((item) => item.fail(`上传没有成功：${problem.message}`, ...this.again(item, [problem.code].filter(Boolean))));
    }
  }

  /** Asks how far a run is until it is over. */
  async follow(id, items) {
    let known = 0;
    for (;;) {
      let job;
      try {
        job = await get(`/v1/documents/jobs/${encodeURIComponent(id)}`);
      } catch (problem) {
        if (problem.status === 404) {
          await this.lost(items);
          this.forget(id);
          return;
        }
        items.filter((item) => !item.isOver).forEach((item) => item.tell("连不上服务，正在重试……"));
        await pause(3000);
        continue;
      }
      this.tell(job, items);
      const good = job.files.filter((each) => !each.error).length;
      if (good > known && job.state !== "done") this.onChange();
      known = good;
      if (job.state === "done") {
        this.forget(id);
        this.offerTidying();
        announce(`读完了：导入${good}份，没有导入${job.files.length - good}份。`);
        this.onChange();
        return;
      }
      await pause(POLL_MS);
    }
  }

  tell(job, items) {
    const isArchive = items.length === 1 && (ARCHIVE.test(items[0].name) || job.files.some((each) => each.name !== items[0].name));
    if (isArchive) {
      tellArchive(job, items[0], (item, codes) => this.again(item, codes));
      return;
    }
    for (const item of items.filter((each) => !each.isOver)) {
      const told = job.files.find((each) => each.name === item.name);
      if (told?.error) item.fail(told.error.message, ...this.again(item, [told.error.code]));
      else if (told) item.end(told.was_known ? "先前已导入过同一份文件" : "已导入", linkTo(told));
      else if (job.state === "done") item.fail(job.files.find((each) => each.error && !each.name)?.error.message ?? "没有读完。请重试。", ...this.again(item));
      else if (job.reading.includes(item.name)) item.tell(`正在读取，这一批已用${job.seconds}秒${job.seconds >= 15 ? "。扫描件每页要几秒，可以先做别的，读完自动列在下面" : ""}`);
      else item.tell(job.state === "waiting" ? "前面还有一批在读，排队等候" : `等候读取（这一批已读${job.done}份，共${job.total}份）`);
    }
  }

  /** The service does not know a run any more: it was started again. */
  async lost(items) {
    const held = await get("/v1/documents").catch(() => []);
    for (const item of items.filter((each) => !each.isOver)) {
      const found = held.find((each) => each.name === item.name);
      if (found) item.end("已导入", linkTo(found));
      else item.fail("服务重启过，这份没有读完，没有导入。" + (item.file ? "请点“重试”。" : "请再选一次这个文件。"), ...this.again(item));
    }
    this.onChange();
  }

  /** Offers to put away the files that are done, once nothing is under way. */
  offerTidying() {
    this.list.querySelector(".upload-tidy")?.remove();
    const good = [...this.list.querySelectorAll(":scope > .upload-good")];
    if (good.length < 2) return;
    const tidy = h("li", { class: "upload-tidy" }, h("button", { type: "button", class: "button small quiet", text: "收起已导入的" }));
    tidy.firstChild.addEventListener("click", () => {
      for (const each of [...this.list.querySelectorAll(":scope > .upload-good")]) each.remove();
      tidy.remove();
    });
    this.list.prepend(tidy);
  }

  forget(id) {
    const left = recallHere(KEY, []).filter((each) => each.id !== id);
    if (left.length > 0) keepHere(KEY, left);
    else dropHere(KEY);
  }
}

function tellArchive(job, item, again) {
  if (job.state !== "done") {
    const reading = job.reading[0] ? `，正在读“${job.reading[0]}”` : "";
    item.tell(job.state === "waiting" ? "前面还有一批在读，排队等候" : `已读${job.done}份，共${job.total}份${reading}，已${job.seconds}秒`);
    return;
  }
  const good = job.files.filter((each) => !each.error);
  const bad = job.files.filter((each) => each.error);
  const told = h("ul", { class: "upload-members" }, job.files.map(memberOf));
  if (good.length === 0) item.fail(bad.length > 0 ? `压缩包里的文件都没有导入：` : "压缩包里没有文件。", told, ...again(item, bad.map((each) => each.error.code)));
  else item.end(`导入${good.length}份${bad.length > 0 ? `，${bad.length}份没有导入` : ""}`, told);
}

function memberOf(each) {
  if (each.error) return h("li", { class: "upload-bad" }, h("span", { text: `✗ ${each.name}` }), h("p", { class: "upload-error", text: each.error.message }));
  return h("li", null, `✓ ${each.name}${each.was_known ? "（先前已导入过）" : ""} `, linkTo(each));
}

const linkTo = (each) => h("a", { href: `/documents/${encodeURIComponent(each.id)}`, "aria-label": `查看${each.name}`, text: "查看" });

function tooLarge(file, most) {
  return `有${sizeOf(file.size)}，超过上限${Math.floor(most / MB)}MB。预算公开文本通常只有几MB：请只收文本，去掉大图后另存再传；确实要收，请管理员调大 YOUJU_MAX_FILE_MB。`;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
