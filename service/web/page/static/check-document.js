// The document that was checked: its text and tables with the places of findings marked, or the pages of a PDF.

import { cut, fill, h, straight } from "./dom.js";
import { VERDICTS } from "./check-words.js";
import { captionOf, tableView } from "./table.js";
import { SEVERITIES } from "./words.js";

const NEAR = "800px";

/**
 * Returns the view of a document.
 * `blocks` and `tables` are as the service gives them; `items` are {id, kind, words, places} with the places in this
 * document, the first of which is marked; `onChoose` takes the ids at a mark that was chosen.
 */
export class DocumentView {
  constructor({ blocks, tables, items, onChoose }) {
    this.blocks = blocks;
    this.tables = new Map(tables.map((each) => [each.id, each]));
    this.items = new Map(items.map((each) => [each.id, each]));
    this.onChoose = onChoose;
    this.current = "";
    this.node = h("div", { class: "text-view" });
    this.texts = [];
    this.holders = new Map();
    this.watch = new IntersectionObserver((seen) => seen.filter((each) => each.isIntersecting).forEach((each) => this.draw(each.target.dataset.table)), { rootMargin: NEAR });
    this.build();
  }

  /** Marks anew after findings were accepted or other items are to be marked. */
  update(items) {
    this.items = new Map(items.map((each) => [each.id, each]));
    this.texts.forEach((text) => this.write(text));
    for (const [id, holder] of this.holders) if (holder.dataset.drawn) this.decorate(id);
  }

  /** Picks an item out; returns the element of its place, or null where it has none here. */
  show(id) {
    const before = this.items.get(this.current);
    this.current = id;
    for (const item of [before, this.items.get(id)].filter(Boolean)) this.refresh(item);
    const place = this.items.get(id)?.places[0];
    return place ? this.elementAt(place, id) : null;
  }

  /** Returns the element of any place in this document, drawn if need be. */
  elementAt(place, id = "") {
    if (place.table) {
      this.draw(place.table);
      const holder = this.holders.get(place.table);
      return holder?.querySelector(`td[data-row="${place.row_index}"][data-column="${place.column_index}"]`) ?? holder ?? null;
    }
    const text = this.texts.find((each) => each.block.start <= place.start && place.start < each.block.end) ?? null;
    if (!text) return null;
    return (id && [...text.node.querySelectorAll("[data-ids]")].find((each) => each.dataset.ids.split(" ").includes(id))) || text.node;
  }

  build() {
    const fragment = document.createDocumentFragment();
    let page = 0;
    for (let n = 0; n < this.blocks.length; n += 1) {
      const block = this.blocks[n];
      if (block.page && block.page !== page) {
        page = block.page;
        fragment.append(h("p", { class: "page-sign", dataset: { page: String(page) }, text: `第${page}页` }));
      }
      if (block.table && this.tables.has(block.table)) {
        fragment.append(this.hold(block.table));
        while (this.blocks[n + 1]?.table === block.table) n += 1;
      } else fragment.append(this.line(block));
    }
    this.node.append(fragment);
  }

  line(block) {
    const text = { block, node: h("p", { class: block.kind === "heading" ? "line heading" : "line", dataset: { line: block.line ?? "" } }) };
    this.texts.push(text);
    this.write(text);
    return text.node;
  }

  /** Holds the place of a table until it comes near: hundreds of them would make the page slow. */
  hold(id) {
    if (this.holders.has(id)) return h("p", { class: "muted", text: `（${captionOf(this.tables.get(id))}，见前）` });
    const table = this.tables.get(id);
    const holder = h("div", { class: "table-holder", dataset: { table: id } }, h("p", { class: "muted", text: captionOf(table) }));
    holder.style.setProperty("min-height", `${Math.min(12 + 2 * table.rows.length, 60)}em`);
    this.holders.set(id, holder);
    this.watch.observe(holder);
    return holder;
  }

  draw(id) {
    const holder = this.holders.get(id);
    if (!holder || holder.dataset.drawn) return;
    holder.dataset.drawn = "yes";
    this.watch.unobserve(holder);
    holder.style.removeProperty("min-height");
    holder.replaceChildren(tableView(this.tables.get(id)));
    this.decorate(id);
  }

  /** Marks the cells of findings, and those that the chosen one also rests on. */
  decorate(id) {
    const holder = this.holders.get(id);
    const focused = holder.contains(document.activeElement) ? document.activeElement.parentElement : null;
    holder.querySelectorAll(".flag").forEach((each) => each.remove());
    holder.querySelectorAll(".found, .also, .current").forEach((each) => each.classList.remove("found", "also", "current", "bad", "warn", "info", "good"));
    const at = (place) => (place.row_index === null ? holder.querySelector("caption") : holder.querySelector(`td[data-row="${place.row_index}"][data-column="${place.column_index}"]`));
    const cells = new Map();
    for (const item of this.items.values()) {
      const cell = item.isFigure || item.places[0]?.table !== id ? null : at(item.places[0]);
      if (cell) cells.set(cell, [...(cells.get(cell) ?? []), item]);
    }
    for (const [cell, items] of cells) {
      const isCurrent = items.some((each) => each.id === this.current);
      cell.classList.add("found", items[0].kind);
      cell.classList.toggle("current", isCurrent);
      cell.append(this.flag(items, isCurrent));
    }
    for (const place of this.alsoOf(this.current)) if (place.table === id) at(place)?.classList.add("also");
    focused?.querySelector(".flag")?.focus({ preventScroll: true });
  }

  flag(items, isCurrent) {
    const [first] = items;
    const said = items.map((each) => each.words).join("；");
    return h("button", {
      type: "button", class: `flag ${first.kind}${isCurrent ? " current" : ""}`, title: said, "aria-label": `${said}。看这一条`,
      text: `${first.sign}${items.length > 1 ? items.length : ""}`, on: { click: () => this.choose(items.map((each) => each.id)) },
    });
  }

  /** The places, besides the first, that the chosen item rests on; of a figure, none are needed. */
  alsoOf(id) {
    return this.items.get(id)?.places.slice(1) ?? [];
  }

  refresh(item) {
    const tables = new Set(item.places.map((each) => each.table).filter(Boolean));
    for (const id of tables) if (this.holders.get(id)?.dataset.drawn) this.decorate(id);
    for (const text of this.texts) if (item.places.some((place) => touches(place, text.block))) this.write(text);
  }

  /** Writes a line with its marks: cut wherever one begins or ends, so that they may overlap. */
  write(text) {
    const { block, node } = text;
    const ranges = [];
    for (const item of this.items.values()) {
      const [place] = item.places;
      if (place && touches(place, block)) ranges.push({ item, start: place.start - block.start, end: place.end - block.start });
    }
    for (const place of this.alsoOf(this.current)) if (touches(place, block)) ranges.push({ item: null, start: place.start - block.start, end: place.end - block.start });
    if (ranges.length === 0) {
      if (node.childElementCount > 0 || node.textContent === "") fill(node, block.text);
      return;
    }
    const length = block.end - block.start;
    const cuts = [...new Set([0, length, ...ranges.flatMap((each) => [each.start, each.end])])].filter((at) => at >= 0 && at <= length).sort((a, b) => a - b);
    const pieces = cuts.slice(0, -1).map((start, n) => this.piece(cut(block.text, start, cuts[n + 1]), ranges.filter((each) => each.start <= start && cuts[n + 1] <= each.end)));
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.ids : null;
    node.replaceChildren(...pieces);
    if (focused) [...node.querySelectorAll("mark")].find((each) => each.dataset.ids === focused)?.focus({ preventScroll: true });
  }

  piece(text, ranges) {
    const items = ranges.map((each) => each.item).filter(Boolean);
    if (items.length === 0) return ranges.length > 0 ? h("span", { class: "also", text }) : document.createTextNode(straight(text));
    const findings = items.filter((each) => !each.isFigure);
    const ids = (findings.length > 0 ? findings : items).map((each) => each.id);
    const isCurrent = items.some((each) => each.id === this.current);
    const [first] = findings.length > 0 ? findings : items;
    const isAlso = ranges.some((each) => !each.item);
    const said = items.map((each) => each.words).join("；");
    const mark = h("mark", {
      class: `found ${first.kind}${first.isFigure ? " judged" : ""}${isCurrent ? " current" : ""}${isAlso ? " also" : ""}`,
      dataset: { ids: items.map((each) => each.id).join(" ") }, title: said, "aria-current": isCurrent ? "true" : null, text,
      on: { click: () => this.choose(ids) },
    });
    if (first.isFigure) return mark;
    mark.tabIndex = 0;
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-label", `${text}：${said}`);
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(ids);
    });
    return mark;
  }

  /** Chooses what stands at a mark; where it is chosen already, the next one that stands there. */
  choose(ids) {
    this.onChoose(ids[(ids.indexOf(this.current) + 1) % ids.length]);
  }
}

function touches(place, block) {
  return !place.table && place.start !== null && place.end !== null && place.start < block.end && block.start < place.end;
}

/** Returns a finding as an item of the view. */
export function itemOfFinding(finding, own) {
  const severity = SEVERITIES[finding.severity];
  const words = `${finding.accepted ? "已说明" : severity.name}${finding.id.slice(1)}：${finding.message}`;
  return { id: finding.id, kind: finding.accepted ? "good" : severity.kind, sign: finding.accepted ? "✓" : severity.sign, words, isFigure: false, places: inside(finding.places, own) };
}

/** Returns a judged figure as an item of the view. */
export function itemOfFigure(figure, id, own) {
  const verdict = VERDICTS[figure.verdict];
  return { id, kind: verdict.kind || "plain", sign: verdict.sign, words: `${verdict.name}：${figure.subject || figure.text}`, isFigure: true, places: inside([figure.place, ...figure.evidence], own) };
}

/** Returns the places that are in this document; none where the first is elsewhere. */
function inside(places, own) {
  return places[0]?.document === own ? places.filter((each) => each.document === own && (each.table || each.start !== null)) : [];
}

/** Returns the pages of a PDF as images, drawn when they come near. `marks` are {page, id, kind, words, boxes}. */
export class PagesView {
  constructor({ check, pages, onChoose }) {
    this.node = h("div", { class: "pages-view" });
    this.figures = new Map();
    this.onChoose = onChoose;
    for (let page = 1; page <= pages; page += 1) {
      const image = h("img", { loading: "lazy", alt: `第${page}页的图像`, src: `/v1/checks/${check}/pages/${page}.png?width=1200` });
      const layer = h("div", { class: "page-layer" });
      const figure = h("figure", { class: "page", dataset: { page: String(page) } }, h("figcaption", { text: `第${page}页` }), h("div", { class: "sheet" }, image, layer));
      image.addEventListener("load", () => figure.classList.add("loaded"));
      image.addEventListener("error", () => image.replaceWith(h("p", { class: "notice warning", text: `第${page}页的图像取不到。请看“文字”，或刷新页面。` })));
      this.figures.set(page, figure);
      this.node.append(figure);
    }
  }

  /** Lays the places of findings over the pages. */
  mark(marks, current) {
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    for (const figure of this.figures.values()) figure.querySelector(".page-layer").replaceChildren();
    for (const each of marks) {
      const layer = this.figures.get(each.page)?.querySelector(".page-layer");
      for (const [n, box] of (layer ? each.boxes : []).entries()) layer.append(this.box(each, box, n === 0, each.id === current));
    }
    if (focused) this.node.querySelector(`button[data-id="${focused}"]`)?.focus({ preventScroll: true });
  }

  box(mark, [left, top, right, bottom], isFirst, isCurrent) {
    const node = h(isFirst ? "button" : "span", { class: `box ${mark.kind}${isCurrent ? " current" : ""}`, title: mark.words, dataset: { id: mark.id } });
    if (isFirst) {
      node.type = "button";
      node.setAttribute("aria-label", `${mark.words}。看这一条`);
    } else node.setAttribute("aria-hidden", "true");
    for (const [name, value] of [["left", left], ["top", top], ["width", right - left], ["height", bottom - top]]) node.style.setProperty(name, `${100 * value}%`);
    node.addEventListener("click", () => this.onChoose(mark.id));
    return node;
  }

  /** Returns the element of a mark, else of a page. */
  elementAt(id, page) {
    return this.node.querySelector(`[data-id="${id}"]`) ?? this.figures.get(page) ?? null;
  }
}
