// Why a cell is proven, unproven or contradicted: the relations that vouch for it or speak against it.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { notice } from "./notice.js";
import { PROOFS } from "./table.js";
import { waiting } from "./waiting.js";

const FIRST = 5;
const MANY_FIGURES = 8;

/** The part below a table that tells about the chosen cell. */
export class CellStory {
  constructor(base) {
    this.base = base;
    this.known = new Map();
    this.node = h("section", { class: "cell-story", "aria-label": "这个数字的来历" });
    this.asked = "";
  }

  /** Shows nothing: no cell is chosen. */
  invite() {
    this.asked = "";
    fill(this.node);
  }

  /** Tells about a cell. */
  async tell(table, { row, column }) {
    const asked = `${table.id}.${row}.${column}`;
    this.asked = asked;
    const cell = table.cells[row][column];
    const host = h("div");
    fill(this.node, headOf(table, row, column, cell), host);
    if (!cell.proof) {
      fill(host, h("p", { class: "muted", text: "这一格不是数字，不参加验证。" }));
      return;
    }
    const end = waiting(host, "正在找与它有关的勾稽关系……");
    try {
      if (!this.known.has(asked)) this.known.set(asked, await get(`${this.base}/identities?${new URLSearchParams({ table: table.id, row, column })}`));
    } catch (problem) {
      if (this.asked === asked) notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.tell(table, { row, column }) }] });
      return;
    } finally {
      end();
    }
    if (this.asked !== asked) return;
    const isHere = (figure) => figure.table === table.id && figure.row === row && figure.column === column;
    const about = this.known.get(asked);
    fill(host, verdictOf(cell, about, table.by_ocr), groups(about, isHere));
  }
}

function headOf(table, row, column, cell) {
  const name = [table.rows[row].path, table.columns[column]].filter(Boolean).join(" · ");
  const unit = cell.value === null ? "" : (cell.unit ?? table.unit ?? "");
  return h(
    "div",
    { class: "cell-head" },
    h("h3", { text: name || "选中的格" }),
    h("p", { class: "cell-figure" }, h("strong", { class: "figure-text", text: cell.raw || "（空白）" }), unit && cell.raw && ` ${unit}`, " ", cell.proof && proofTag(cell.proof)),
  );
}

function proofTag(proof) {
  const kinds = { proven: "good", unproven: "", contradicted: "bad" };
  return h("span", { class: `tag ${kinds[PROOFS[proof].kind]}`, text: `${PROOFS[proof].sign} ${proof}` });
}

function verdictOf(cell, about, isOcr) {
  const failed = about.filter((each) => each.verdict === "failed").length;
  const held = about.length - failed;
  const ocr = isOcr ? "它是从扫描图片识别出来的，可能认错一个字，请对照页面图像。" : "";
  const said = {
    已验证: held > 0 ? `下面${held}个勾稽关系都用到它，并且成立。` : "它的数额与别处印出的一致。",
    未验证: "没有勾稽关系能证明它，也没有关系与它矛盾。用它之前请对照原件。",
    有矛盾: `有${failed}个勾稽关系用到它却不成立：要么它印错了，要么关系里别的数印错了。`,
  }[cell.proof];
  return h("p", null, said, cell.proof === "已验证" && failed > 0 && `另有${failed}个关系不成立，但错的更可能是那里面别的数。`, ocr);
}

function groups(about, isHere) {
  const failed = about.filter((each) => each.verdict === "failed");
  const held = about.filter((each) => each.verdict !== "failed");
  return [group("✗ 不成立的关系", failed, isHere), group("✓ 成立的关系", held, isHere)];
}

function group(title, relations, isHere) {
  if (relations.length === 0) return null;
  const list = h("ul", { class: "relations" }, relations.slice(0, FIRST).map((each) => relationItem(each, isHere)));
  const more = relations.length > FIRST && h("button", { type: "button", class: "button small quiet", text: `再看${relations.length - FIRST}个` });
  if (more) {
    more.addEventListener("click", () => {
      const rest = relations.slice(FIRST).map((each) => relationItem(each, isHere));
      list.append(...rest);
      more.remove();
      rest[0].setAttribute("tabindex", "-1");
      rest[0].focus();
    });
  }
  return [h("h4", { text: `${title}（${relations.length}个）` }), list, more];
}

function relationItem(each, isHere) {
  const isFailed = each.verdict === "failed";
  const joint = /sum|equivalence|balance|total/.test(each.rule) ? "+" : "、";
  const around = each.verdict === "exact" ? "" : `左边${each.left_value}，右边${each.right_value}；四舍五入最多允许相差${each.tolerance}。`;
  return h(
    "li",
    { class: isFailed ? "relation-failed" : "" },
    h("p", { text: each.description }),
    h("p", { class: "relation-figures" }, figures(each.left, isHere, joint), h("span", { class: "relation-sign", text: ` ${each.sign} ` }), figures(each.right, isHere, joint)),
    around && h("p", { class: "muted small-text", text: around }),
  );
}

function figures(all, isHere, joint) {
  const line = (some) => some.flatMap((each, n) => (n ? [` ${joint} `, figureLink(each, isHere)] : [figureLink(each, isHere)]));
  if (all.length <= MANY_FIGURES) return line(all);
  const rest = h("span", { hidden: true }, ` ${joint} `, line(all.slice(MANY_FIGURES)));
  const more = h("button", { type: "button", class: "link-button", text: `……共${all.length}个数` });
  more.addEventListener("click", () => {
    rest.hidden = false;
    more.remove();
    rest.querySelector("a")?.focus();
  });
  return [line(all.slice(0, MANY_FIGURES)), " ", more, rest];
}

function figureLink(figure, isHere) {
  const text = figure.text || "空白";
  const where = [figure.page && `第${figure.page}页`, figure.table_title, figure.label].filter(Boolean).join("，");
  if (isHere(figure)) return h("strong", { class: "figure-text here", title: "就是选中的这一格", text });
  const hash = hashOfFigure(figure);
  return hash ? h("a", { class: "figure-text", href: hash, title: where, "aria-label": `${text}，${where}`, text }) : h("span", { title: where, text });
}

function hashOfFigure(figure) {
  if (figure.table) return `#${figure.table}.${figure.row}.${figure.column}`;
  if (figure.start !== null) return `#C${figure.start}-${figure.end}`;
  return figure.line ? `#L${figure.line}` : "";
}
