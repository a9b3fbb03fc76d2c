// Where a table or a quote came from: the image of its page (PDF), and the text with the place marked.

import { fetchFile, get } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { announce, notice } from "./notice.js";
import { waiting } from "./waiting.js";

const KEPT_PAGES = 6;

/** The pane beside a table. */
export class SourcePane {
  constructor(about, base) {
    this.about = about;
    const isPdf = /\.pdf$/i.test(about.name) && about.pages > 0;
    this.pages = isPdf ? new PagePart(about, base) : null;
    this.text = new TextPart(base, (page) => (this.next = page));
    /** The page to turn to when images are looked at after a place in the text. */
    this.next = 0;
    this.body = h("div");
    this.tabs = isPdf ? this.makeTabs() : null;
    this.node = h("section", { class: "source-pane", "aria-label": isPdf ? "原件的页面和文字" : "原文" }, this.tabs ?? h("h2", { text: "原文" }), this.body);
    this.shown = "";
    this.isScan = about.ocr_pages.length > 0;
  }

  /** Shows where a table, and one of its cells, stands. */
  showTable(table, cell) {
    const page = (cell && table.rows[cell.row].page) || table.page;
    if (this.pages && page) {
      this.pages.show(page, { table, cell });
      this.turnTo("pages");
      this.text.chosen = { table: table.id };
    } else {
      this.turnTo("text");
      this.text.show({ table: table.id, lines: cell ? table.rows[cell.row].lines : [] });
    }
  }

  /** Shows the document where nothing of it is asked for: a scan as it looks, everything else as text. */
  begin() {
    this.turnTo(this.pages && this.isScan ? "pages" : "text", { isAsked: true });
  }

  /** Shows a line, a stretch of text or a page that the address names; returns what to wait for, null where it names none. */
  route(hash) {
    const line = /^L(\d+)$/.exec(hash);
    const stretch = /^C(\d+)-(\d+)$/.exec(hash);
    const page = /^P(\d+)$/.exec(hash);
    if (line || stretch) {
      this.turnTo("text");
      return this.text.show(line ? { lines: [Number(line[1])], isQuote: true } : { start: Number(stretch[1]), end: Number(stretch[2]), isQuote: true });
    }
    if (page && this.pages) {
      this.turnTo("pages");
      return this.pages.show(Math.min(Number(page[1]), this.about.pages));
    }
    return null;
  }

  makeTabs() {
    const tab = (name, text) => h("button", { type: "button", role: "tab", id: uid("tab"), dataset: { name }, text, on: { click: () => this.turnTo(name, { isAsked: true }) } });
    const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "看原件的方式" }, tab("pages", "页面图像"), tab("text", "文字"));
    tabs.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      this.turnTo(this.shown === "pages" ? "text" : "pages", { isAsked: true });
      tabs.querySelector("[aria-selected=true]").focus();
    });
    this.body.setAttribute("role", "tabpanel");
    return tabs;
  }

  turnTo(name, { isAsked = false } = {}) {
    if (this.shown === name) return;
    this.shown = name;
    for (const tab of this.tabs?.children ?? []) {
      const isOn = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(isOn));
      tab.tabIndex = isOn ? 0 : -1;
      if (isOn) this.body.setAttribute("aria-labelledby", tab.id);
    }
    const careful = this.isScan && h("p", { class: "notice warning small-text", text: "这些文字是程序从扫描图片识别的，可能认错；引用前请对照“页面图像”。" });
    fill(this.body, name === "pages" ? this.pages.node : [careful, this.text.node]);
    if (isAsked && name === "text") this.text.show(this.text.chosen ?? {});
    if (isAsked && name === "pages" && (this.next || !this.pages.current)) this.pages.show(this.next || 1);
    if (name === "pages") this.next = 0;
  }
}

/** The text of a document, with a table or some lines marked. */
class TextPart {
  constructor(base, onPage) {
    this.base = base;
    this.onPage = onPage;
    this.node = h("div", { class: "text-part", tabindex: "0", role: "region", "aria-label": "原文" });
    this.chosen = null;
    this.blocks = null;
    this.drawn = [];
  }

  async show(chosen) {
    this.chosen = chosen;
    if (!this.blocks) {
      const end = waiting(this.node, "正在取原文……");
      try {
        this.blocks = (await get(`${this.base}/content`)).blocks;
      } catch (problem) {
        notice(this.node, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.show(chosen) }] });
        return;
      } finally {
        end();
      }
      this.drawn = this.blocks.map(blockOf);
      fill(this.node, this.drawn.length > 0 ? this.drawn : h("p", { class: "muted", text: "这份文件没有正文。" }));
    }
    if (this.chosen === chosen) this.mark(chosen);
  }

  mark({ table = "", lines = [], start = -1, end = -1, isQuote = false }) {
    const wanted = new Set(lines);
    let first = null;
    let firstOfTable = null;
    this.blocks.forEach((block, n) => {
      const node = this.drawn[n];
      // Rows of a table are lines of the text only in a text file; elsewhere they are numbered within the table.
      const isMarked = (wanted.has(block.line) && (isQuote || block.table === table)) || (start >= 0 && block.line !== null && block.start < end && start < block.end);
      const isOfTable = table !== "" && block.table === table;
      node.classList.toggle("marked", isMarked);
      node.classList.toggle("of-table", isOfTable && !isMarked);
      const text = node.querySelector(".text-words");
      if (text?.querySelector("mark")) text.textContent = text.textContent;
      if (isMarked && text && start >= 0) markWords(text, start - offsetOf(block), end - offsetOf(block));
      if (isMarked) first ??= node;
      if (isOfTable) firstOfTable ??= node;
    });
    const to = first ?? firstOfTable;
    if (to) this.node.scrollTop = to.offsetTop - Math.min(80, this.node.clientHeight / 4);
    else if (isQuote) announce("原文里没有找到这个位置。");
    if (isQuote && to) {
      const page = this.blocks[this.drawn.indexOf(to)].page;
      announce(`原文${page ? `第${page}页` : ""}：${to.textContent}`);
      if (page) this.onPage(page);
    }
  }
}

function blockOf(block) {
  if (block.kind === "table" && block.line === null) {
    return h("p", { class: "text-table" }, h("a", { href: `#${block.table}`, text: `［表］${block.text || `表${block.table.replace(/^T0*/, "")}`}` }), block.page && h("span", { class: "muted", text: ` 第${block.page}页` }));
  }
  const number = block.page ? `${block.page}页` : String(block.line);
  const kind = { heading: "text-heading", table: "text-row", text: "text-line" }[block.kind];
  return h("p", { class: kind, dataset: { line: String(block.line) } }, h("span", { class: "text-number", "aria-hidden": "true", text: number }), h("span", { class: "text-words", text: block.kind === "table" ? block.text : block.text.trim() }));
}

/** Returns where the shown words of a block begin in the text: indents are not shown. */
const offsetOf = (block) => block.start + (block.kind === "table" ? 0 : [...block.text].length - [...block.text.trimStart()].length);

/** Marks a stretch of the words of a line. */
function markWords(node, start, end) {
  // Offsets count characters as the service does, not as JavaScript does.
  const letters = [...node.textContent];
  const [from, to] = [Math.max(0, start), Math.min(letters.length, end)];
  if (from === 0 && to === letters.length) return;
  const words = (a, b) => letters.slice(a, b).join("");
  fill(node, words(0, from), h("mark", { text: words(from, to) }), words(to, letters.length));
}

/** The pages of a PDF as images, one at a time, with the chosen cell marked. */
class PagePart {
  constructor(about, base) {
    this.most = about.pages;
    this.base = base;
    this.current = 0;
    this.isLarge = false;
    this.kept = new Map();
    this.places = new Map();
    this.image = h("img", { class: "page-image", alt: "" });
    this.marks = h("div", { class: "page-marks", "aria-hidden": "true" });
    this.message = h("div");
    this.sheet = h("div", { class: "page-sheet", hidden: true }, this.image, this.marks);
    this.view = h("div", { class: "page-view", tabindex: "0", role: "region", "aria-label": "页面图像" }, this.message, this.sheet);
    this.node = h("div", null, this.tools(), this.view);
  }

  tools() {
    const input = uid("page");
    this.number = h("input", { id: input, class: "input page-number", type: "text", inputmode: "numeric", maxlength: "5", value: "1" });
    this.number.addEventListener("change", () => this.go(Number.parseInt(this.number.value, 10)));
    this.back = h("button", { type: "button", class: "button small", text: "上一页", on: { click: () => this.go(this.current - 1) } });
    this.on = h("button", { type: "button", class: "button small", text: "下一页", on: { click: () => this.go(this.current + 1) } });
    this.zoom = h("button", { type: "button", class: "button small", "aria-pressed": "false", text: "放大", on: { click: () => this.enlarge() } });
    return h(
      "div",
      { class: "toolbar page-tools no-print" },
      this.back,
      h("span", { class: "nowrap" }, h("label", { for: input, text: "第 " }), this.number, ` 页，共${this.most}页`),
      this.on,
      this.zoom,
    );
  }

  go(page) {
    if (page >= 1 && page <= this.most) this.show(page);
    else this.number.value = String(this.current);
  }

  enlarge() {
    this.isLarge = !this.isLarge;
    this.zoom.setAttribute("aria-pressed", String(this.isLarge));
    this.zoom.textContent = this.isLarge ? "适合宽度" : "放大";
    this.sheet.classList.toggle("large", this.isLarge);
    this.show(this.current, this.asked);
  }

  /** Shows a page; `asked` is the table and the cell to mark. */
  async show(page, asked = null) {
    this.asked = asked;
    const isTurned = page !== this.current;
    this.current = page;
    this.number.value = String(page);
    this.back.disabled = page <= 1;
    this.on.disabled = page >= this.most;
    fill(this.marks);
    const end = waiting(this.message, `正在画第${page}页……`);
    try {
      const address = await this.address(page);
      if (this.current !== page) return;
      this.image.src = address;
      this.image.alt = `原件第${page}页的图像，文字见“文字”标签`;
      this.sheet.hidden = false;
      fill(this.message);
      if (isTurned) this.view.scrollTo(0, 0);
      await this.mark(page, asked);
    } catch (problem) {
      if (this.current !== page) return;
      this.sheet.hidden = true;
      notice(this.message, { kind: problem.status === 404 ? "info" : "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.show(page, asked) }] });
    } finally {
      end();
    }
  }

  /** Returns a page's image as an address of this tab. */
  async address(page) {
    const width = this.isLarge ? 2000 : 1200;
    const key = `${page}:${width}`;
    if (!this.kept.has(key)) {
      const { blob } = await fetchFile(`${this.base}/pages/${page}.png?width=${width}`);
      this.kept.set(key, URL.createObjectURL(blob));
      if (this.kept.size > KEPT_PAGES) {
        const [oldest, address] = this.kept.entries().next().value;
        this.kept.delete(oldest);
        URL.revokeObjectURL(address);
      }
    }
    return this.kept.get(key);
  }

  /** Marks the chosen cell on the image, where it is found there. */
  async mark(page, asked) {
    if (!asked?.cell) return;
    const { table, cell } = asked;
    const key = `${table.id}:${page}`;
    if (!this.places.has(key)) {
      // Marks are a help: where they cannot be had, the page is shown without them.
      this.places.set(key, await get(`${this.base}/tables/${table.id}/places?page=${page}`).catch(() => []));
    }
    if (this.asked !== asked || this.current !== page) return;
    const found = this.places.get(key);
    const spot = found.find((each) => each.row === cell.row && each.column === cell.column);
    fill(this.marks, found.filter((each) => each.row === cell.row && each !== spot).map((each) => markOf(each, "row")), spot && markOf(spot, "cell"));
    if (spot) this.bring(spot);
  }

  /** Moves the view, not the page, so that a mark is seen. */
  bring(spot) {
    const { offsetWidth: width, offsetHeight: height } = this.sheet;
    const [x, y] = [spot.left * width, spot.top * height];
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.view;
    if (x < scrollLeft || x > scrollLeft + clientWidth - 80) this.view.scrollLeft = x - clientWidth / 2;
    if (y < scrollTop || y > scrollTop + clientHeight - 40) this.view.scrollTop = y - clientHeight / 2;
  }
}

/** Returns a mark at a place given in fractions of the image. */
function markOf(spot, kind) {
  const mark = h("div", { class: `page-mark ${kind}` });
  for (const side of ["left", "top", "width", "height"]) mark.style.setProperty(side, `${spot[side] * 100}%`);
  return mark;
}
