// Pieces that the list of documents and a document's own page share.

import { h } from "./dom.js";
import { SEVERITIES } from "./words.js";

/** Returns how many figures are proven as a bar with words. `cells` is {proven, unproven, contradicted}. */
export function proofShare(cells, { short = false } = {}) {
  const whole = cells.proven + cells.unproven + cells.contradicted;
  if (whole === 0) return h("p", { class: "share muted", text: short ? "没有数字" : "没有数字单元格，无从验证" });
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
    h("span", { class: "nowrap", text: `✓ 已验证 ${percent}%` }),
    cells.unproven > 0 && h("span", { class: "nowrap", text: `? 未验证 ${cells.unproven}` }),
    cells.contradicted > 0 && h("strong", { class: "nowrap bad-text", text: `✗ 有矛盾 ${cells.contradicted}` }),
  ].filter(Boolean);
  const said = short ? words : [...words, h("span", { class: "nowrap muted", text: `共${whole}个数字` })];
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
    h("span", { class: "tag info", text: `${document.year}年` }),
    h("span", { class: "tag", text: document.stage }),
    document.kind && h("span", { class: "tag", text: document.kind }),
    h("span", { class: "tag", text: formatOf(document) }),
    h("span", { class: "tag", text: `${document.tables}张表` }),
    ocr > 0 && h("span", { class: "tag ocr", title: "这些页是扫描图片，文字由程序识别，可能认错", text: `OCR识读${ocr}页` }),
  ];
}

/** Returns a title to show, never empty. */
export const titleOf = (document) => document.title || document.name;

/** Returns the tag of a finding's severity. */
export function severityTag(severity) {
  const { name, kind } = SEVERITIES[severity];
  return h("span", { class: `tag ${kind}`, text: name });
}

/** Returns "提示8条（错误3、警告5）", or "" where there are none. */
export function findingCount(findings) {
  if (findings.length === 0) return "";
  const parts = Object.entries(SEVERITIES)
    .map(([severity, { name }]) => [name, findings.filter((each) => each.severity === severity).length])
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}${count}`);
  return `提示${findings.length}条（${parts.join("、")}）`;
}
