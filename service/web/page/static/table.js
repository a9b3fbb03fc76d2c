// A table of a document as it was printed: every figure with the sign of its proof, some cells picked out.

import { fill, h } from "./dom.js";

/** What the proof of a cell is called, and its sign. */
export const PROOFS = {
  已验证: { sign: "✓", kind: "proven", means: "有勾稽关系证明它" },
  未验证: { sign: "?", kind: "unproven", means: "没有勾稽关系能证明它，也没有矛盾" },
  有矛盾: { sign: "✗", kind: "contradicted", means: "与别的数对不上" },
};

/**
 * Returns a region with a table as /v1/tables gives it.
 * `highlight` is [{row, column}]; `around` shows only so many rows on each side of them, with a button for all;
 * `onCell(row, column, cell, td)` makes the figures buttons.
 */
export function tableView(table, { highlight = [], around = 0, onCell = null, proof = true, caption = true } = {}) {
  const marked = new Set(highlight.map((each) => `${each.row}.${each.column}`));
  const rows = highlight.map((each) => each.row).filter((each) => each !== null && each >= 0);
  const isNear = (row) => !around || rows.length === 0 || rows.some((each) => Math.abs(each - row) <= around);
  const names = namesFor(table, highlight.at(-1)?.column ?? null);
  const hidden = table.rows.filter((_, row) => !isNear(row)).length;
  const body = h("tbody");
  const region = h("div", { class: "table-region", role: "region", tabindex: "0", "aria-label": `表格：${titleOf(table)}` });
  const draw = (isAll) => {
    const shown = table.rows.map((row, n) => ({ row, n })).filter(({ n }) => isAll || isNear(n));
    body.replaceChildren(...shown.map(({ row, n }) => rowOf(table, row, n, { marked, onCell, proof, names })));
  };
  draw(hidden < 8);
  region.append(
    h(
      "table",
      { class: "data" },
      caption && h("caption", { text: captionOf(table) }),
      h("thead", null, headers(table.columns).map((level) => h("tr", null, level.map((each) => headOf(each, names))))),
      body,
    ),
  );
  const whole = h("div", { class: "table-view" }, region);
  if (hidden >= 8) {
    const all = h("button", { type: "button", class: "button small quiet", text: `显示整张表（另有${hidden}行）` });
    all.addEventListener("click", () => {
      draw(true);
      all.remove();
      toMark(region);
    });
    whole.append(all);
  }
  requestAnimationFrame(() => toMark(region));
  return whole;
}

/** Returns "T03 支出总体情况表（单位：万元，第5页）". */
export function captionOf(table) {
  const about = [table.unit ? `单位：${table.unit}` : "", table.page ? `第${table.page}页` : "", table.by_ocr ? "OCR识读" : ""];
  const said = about.filter(Boolean).join("，");
  return `${titleOf(table)}${said ? `（${said}）` : ""}`;
}

const titleOf = (table) => table.title || `表${table.id.replace(/^T0*/, "")}`;

/** Moves the region, not the page, so that the picked-out cell is seen. */
function toMark(region) {
  const mark = region.querySelector("td.mark");
  if (!mark) return;
  region.scrollTop = Math.max(0, mark.offsetTop - region.clientHeight / 2);
  region.scrollLeft = Math.max(0, mark.offsetLeft + mark.offsetWidth + 24 - region.clientWidth);
}

/** Keeps the names of the rows in sight that belong to a column: a table with two sides has names on both. */
export function stickNames(region, table, column = null) {
  const names = namesFor(table, column);
  for (const cell of region.querySelectorAll("[data-column]")) cell.classList.toggle("name", names.has(Number(cell.dataset.column)));
}

function namesFor(table, column) {
  const names = nameColumns(table);
  const own = column === null ? names : names.filter((each) => each < column).slice(-1);
  return new Set(own.length === 1 ? own : []);
}

function headOf({ text, across, down, column }, names) {
  return h("th", { scope: "col", class: across === 1 && names.has(column) ? "name" : null, dataset: across === 1 ? { column: String(column) } : {}, colspan: across > 1 ? across : null, rowspan: down > 1 ? down : null, text });
}

/** Returns the columns that name their rows. */
function nameColumns(table) {
  const hasFigure = (column) => table.cells.some((row) => row[column]?.proof);
  const isNamed = (cells) => cells.filter((each) => /\p{Script=Han}{2}/u.test(each?.raw ?? "")).length * 2 >= cells.filter((each) => each?.raw).length;
  const columns = table.columns.map((_, column) => column).filter((column) => !hasFigure(column) && table.cells.some((row) => row[column]?.raw) && isNamed(table.cells.map((row) => row[column])));
  // One name is enough before each run of figures: the last one says most.
  return columns.filter((column) => !columns.includes(column + 1) && table.columns.some((_, other) => other > column && hasFigure(other)));
}

function rowOf(table, row, n, { marked, onCell, proof, names }) {
  const cells = table.cells[n].map((cell, column) => {
    const isMark = marked.has(`${n}.${column}`);
    const known = proof && cell.proof ? PROOFS[cell.proof] : null;
    const td = h("td", {
      class: [cell.value === null ? "" : "figure", names.has(column) ? "name" : "", known?.kind ?? "", isMark ? "mark" : "", table.by_ocr && known ? "ocr" : ""].filter(Boolean).join(" "),
      dataset: { row: String(n), column: String(column) },
      "aria-current": isMark ? "true" : null,
    });
    const sign = known && h("span", { class: "sign", title: `${cell.proof}：${known.means}`, "aria-label": cell.proof, role: "img", text: known.sign });
    const text = [cell.raw, sign && " ", sign, table.by_ocr && known && h("span", { class: "sign", text: "［识］" })];
    if (onCell && known) td.append(h("button", { type: "button", class: "cell", on: { click: () => onCell(n, column, cell, td) } }, text));
    else fill(td, text);
    return td;
  });
  return h("tr", { class: `row-${row.kind}`, dataset: { row: String(n) } }, cells);
}

/** Cuts header paths into rows: neighbours under one path are one cell, a path that ends early reaches to the bottom. */
function headers(columns) {
  const paths = columns.map((each) => each.split("/"));
  const depth = Math.max(1, ...paths.map((each) => each.length));
  const levels = Array.from({ length: depth }, () => []);
  for (let level = 0; level < depth; level += 1) {
    for (let start = 0; start < paths.length; ) {
      const path = paths[start];
      let end = start + 1;
      if (path.length > level) {
        const isLast = path.length === level + 1;
        while (!isLast && end < paths.length && continues(path, paths[end], level)) end += 1;
        levels[level].push({ text: path[level], across: end - start, down: isLast ? depth - level : 1, column: start });
      }
      start = end;
    }
  }
  return levels;
}

function continues(path, other, level) {
  return other.length > level + 1 && path.slice(0, level + 1).every((each, n) => each === other[n]);
}
