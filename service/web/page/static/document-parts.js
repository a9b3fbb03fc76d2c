// Pieces that the list of documents and a document's own page share.

import { h } from "./dom.js";
import { SEVERITIES } from "./words.js";

/** Returns how many figures the tables of a document have. */
export const figureCount = (cells) => cells.proven + cells.unproven + cells.contradicted;

/**
 * Returns how many figures are proven as a bar with words. `cells` is {proven, unproven, contradicted}; where `findings` are
 * given, it is said in the same line that there are errors, and `href` leads to them.
 */
export function proofShare(cells, { short = false, findings = [], href = "#findings" } = {}) {
  const whole = figureCount(cells);
  const errors = findings.filter((each) => each.severity === "error").length;
  const warned = errors > 0 && h("a", { class: "nowrap bad-text", href, text: `✗ ${cells.contradicted > 0 ? "共有" : "另有"}${errors}处错误，${href.startsWith("#") ? "见下" : "点开看"}` });
  if (whole === 0) return h("p", { class: "share muted" }, short ? "没有数字" : "没有数字单元格，无从验证", warned && ["，", warned]);
  const parts = [
    ["proven", cells.proven],
    ["unproven", cells.unproven],
    ["contradicted", cells.contradicted],
  ];
  const bar = h(
    "span",
    { class: "share-bar", "aria-hidden": "true" },
    parts.map(([kind, count]) => {
      const part = h("span", { class: `share-${kind}${count > 0 ? " present" : ""}` });
      part.style.setProperty("flex-grow", String(count));
      return part;
    }),
  );
  const percent = Math.floor((100 * cells.proven) / whole);
  const words = [
    h("span", { class: "nowrap", text: short ? `✓ 相符 ${percent}%` : `✓ 表内勾稽${percent}%相符` }),
    cells.unproven > 0 && h("span", { class: "nowrap", text: `? 未验证 ${cells.unproven}` }),
    cells.contradicted > 0 && h("strong", { class: "nowrap bad-text", text: `✗ 有矛盾 ${cells.contradicted}` }),
  ].filter(Boolean);
  const said = short ? words : [...words, h("span", { class: "nowrap muted", text: `共${whole}个数字` }), warned].filter(Boolean);
  return h("p", { class: "share" }, bar, h("span", { class: "share-words" }, said.flatMap((each, n) => (n ? ["，", each] : [each]))));
}

/** Returns the format of a document as people call it: "PDF，31页". */
function formatOf(document) {
  const ending = /\.([A-Za-z0-9]{1,8})$/.exec(document.name)?.[1]?.toUpperCase() ?? "文件";
  return document.pages ? `${ending}，${document.pages}页` : ending;
}

/** Returns the tags that tell documents apart. */
export function tagsOf(document) {
  const ocr = document.ocr_pages.length;
  return [
    document.year > 0 && h("span", { class: "tag info", text: `${document.year}年` }),
    h("span", { class: "tag", text: document.stage }),
    document.kind && h("span", { class: "tag", text: document.kind }),
    h("span", { class: "tag", text: formatOf(document) }),
    h("span", { class: "tag", text: `${document.tables}张表` }),
    ocr > 0 && h("span", { class: "tag ocr", title: "这些页是扫描图片，文字由程序识别，可能认错", text: `OCR识读${ocr}页` }),
  ];
}

/** Says that a document has none of what a budget has, null where it has. */
export function doubtOf(document) {
  const lacks = [!document.entity && "部门", !document.year && "年度", figureCount(document.cells) === 0 && "带数字的表"].filter(Boolean);
  if (lacks.length === 0) return null;
  return h("p", { class: "hint doubt", text: `没有读到${lacks.join("、")}，可能不是部门预算（决算）文件，提问、起草用处不大。放错了可以删除；要检查一份情况说明，请到“核对”。` });
}

/** Returns a title to show, never empty. */
export const titleOf = (document) => document.title || document.name;

/** Returns the tag of a finding's severity. */
export function severityTag(severity) {
  const { name, kind } = SEVERITIES[severity];
  return h("span", { class: `tag ${kind}`, text: name });
}

/** Returns "发现8条（错误3、警告5）", or "" where there are none. */
export function findingCount(findings) {
  if (findings.length === 0) return "";
  const parts = Object.entries(SEVERITIES)
    .map(([severity, { name }]) => [name, findings.filter((each) => each.severity === severity).length])
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}${count}`);
  return `发现${findings.length}条（${parts.join("、")}）`;
}
