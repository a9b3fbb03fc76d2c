// An answer for pasting elsewhere: as text with the marks of its figures and numbered sources, or as a table.

import { chartRows } from "./chart.js";
import { inWords, unsaid } from "./figure.js";

/** Sentences that begin a paragraph of their own. */
const PARAGRAPH = /^\s*(?:按.{1,20}?拆分|其中.{1,30}：|.{1,30}按.{1,12}拆分|文件|提示：|原文：)/;
const CORRECTION = /^\s*(?:先更正|与提问不符|更正)/;
const ENDS = /[。！？!?；”’）\s]+$/;

export const isCorrection = (text) => CORRECTION.test(text);

/** Returns the sentences of an answer in paragraphs. */
export function paragraphsOf(shown) {
  const paragraphs = [];
  for (const sentence of shown.sentences) {
    if (paragraphs.length === 0 || PARAGRAPH.test(sentence.text) || CORRECTION.test(sentence.text)) paragraphs.push([]);
    paragraphs.at(-1).push(sentence);
  }
  return paragraphs;
}

/** Returns the places of an answer, each once, without those where a figure is printed again. */
export function sourcesOf(shown) {
  const seen = new Set();
  return shown.answer.citations
    .map((cited, n) => ({ cited, n }))
    .filter(({ cited, n }) => {
      const key = keyOf(shown, n);
      const isNew = cited.role !== "also" && !seen.has(key);
      seen.add(key);
      return isNew;
    });
}

const keyOf = (shown, n) => [shown.answer.citations[n].document, shown.places[n], shown.answer.citations[n].quote].join("\n");

/** Returns "《…》表，行，列". */
export const placeOf = (shown, cited, n) => `《${cited.document_title || cited.document}》${shown.places[n]}`;

/** Returns question, answer and sources as text. */
export function asText(shown) {
  const { answer } = shown;
  const places = sourcesOf(shown);
  const numbers = new Map(places.map(({ n }, at) => [keyOf(shown, n), at + 1]));
  const said = paragraphsOf(shown).map((sentences) => sentences.map((each) => marked(shown, each, numbers)).join("").trim());
  const sources = places.map(({ cited, n }, at) => `[${at + 1}] ${placeOf(shown, cited, n)}${cited.quote ? `：${cited.quote}` : ""}`);
  const repairs = (answer.repairs ?? []).map((each) => `（按“${each.read_as}”理解）`).join("");
  return [`问：${answer.question}${repairs}`, `答：${(said.length > 0 ? said : [answer.text]).join("\n")}`, sources.length > 0 && `\n出处：\n${sources.join("\n")}`, `\n回答编号：${answer.id}`].filter(Boolean).join("\n");
}

/** Returns a sentence with the marks of its figures in brackets and the numbers of its sources before its end. */
function marked(shown, sentence, numbers) {
  const characters = [...sentence.text];
  const cut = (from, to) => characters.slice(from, to).join("");
  let text = "";
  let at = 0;
  for (const each of [...sentence.figures].sort((a, b) => a.start - b.start)) {
    if (each.start < at) continue;
    const marks = unsaid(each.tags, cut(each.end, each.end + 40)).filter((tag) => tag.tone !== "plain");
    text += cut(at, each.end) + (marks.length > 0 ? `（${inWords(marks)}）` : "");
    at = each.end;
  }
  text += cut(at, characters.length);
  const own = [...new Set(sentence.sources.map((n) => numbers.get(keyOf(shown, n))).filter(Boolean))].sort((a, b) => a - b);
  if (own.length === 0) return text;
  const end = ENDS.exec(text)?.index ?? text.length;
  const close = /^[”’）]+/.exec(text.slice(end))?.[0].length ?? 0;
  return `${text.slice(0, end + close)}${own.map((n) => `[${n}]`).join("")}${text.slice(end + close)}`;
}

/** Returns the figures as rows: digits and unit apart, so that a spreadsheet can add them up. */
export function asRows(shown) {
  const drawn = new Set(shown.charts.flatMap((each) => [...each.bars, ...(each.total ? [each.total] : [])]).filter((each) => each.operand === null).map((each) => each.result));
  const others = shown.answer.results.map((each, n) => ({ each, n })).filter(({ n }) => !drawn.has(n));
  const rows = others.map(({ each, n }) => [each.label, each.value, each.unit, inWords(shown.evidence[n].tags), shown.evidence[n].operands[0]?.where ?? ""]);
  const list = rows.length > 0 ? withoutEmpty([["名称", "数", "单位", "怎么来的", "出处"], ...rows]) : [];
  const charts = shown.charts.flatMap((each, n) => [...(n > 0 ? [[""]] : []), [each.title], ...withoutEmpty(chartRows(each))]);
  return charts.length > 0 && list.length > 0 ? [...charts, [""], ["回答里的其他数"], ...list] : [...charts, ...list];
}

/** Leaves out the columns that only have a head. */
function withoutEmpty([head, ...rows]) {
  const kept = head.map((_, column) => rows.some((row) => row[column] !== ""));
  return [head, ...rows].map((row) => row.filter((_, column) => kept[column]));
}
