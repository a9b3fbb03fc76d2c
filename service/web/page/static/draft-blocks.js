// A draft as blocks that can be edited one by one, and the sentences of a check found again in them.

/** Returns the title, the headings, the paragraphs and the tables of a draft in order. */
export function blocksOf(draft) {
  const blocks = [{ role: "title", text: draft.title, table: null, level: 0 }];
  for (const section of draft.sections) {
    blocks.push({ role: "heading", text: section.heading, table: null, level: section.level });
    for (const paragraph of section.paragraphs) {
      if (paragraph.table) blocks.push({ role: "table", text: "", table: paragraph.table, level: 0 });
      else blocks.push({ role: paragraph.is_heading ? "sub" : "text", text: paragraph.text, table: null, level: 0 });
    }
  }
  return blocks.map((block, n) => ({ ...block, key: `b${n}`, original: block.text }));
}

/** Returns the text as it is handed in: a paragraph a line, tables left out. */
export function textOf(blocks) {
  return blocks
    .filter((each) => each.role !== "table")
    .flatMap((each) => each.text.split("\n"))
    .filter((line) => line.trim())
    .join("\n");
}

/** Cuts blocks whose text has several lines into as many; empty ones go. */
export function settled(blocks) {
  return blocks.flatMap((block) => {
    if (block.role === "table") return [block];
    const lines = block.text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (lines.length === 1 && lines[0] === block.text) return [block];
    return lines.map((text, n) => (n === 0 ? { ...block, text } : { ...block, text, original: "", key: `${block.key}.${n}`, role: "text" }));
  });
}

/** Whether a text differs from the version it was made from. */
export const isEdited = (blocks, draft) => textOf(blocks) !== textOf(blocksOf(draft));

/** Returns every sentence of a draft with the table it stands in, if any. */
export function sentencesOf(draft) {
  return draft.sections.flatMap((section) =>
    section.paragraphs.flatMap((paragraph) => [
      ...paragraph.sentences.map((sentence) => ({ sentence, table: null })),
      ...(paragraph.table?.cells.flat() ?? []).map((sentence) => ({ sentence, table: paragraph.table })),
    ]),
  );
}

/**
 * Finds the sentences of a draft (or of a check of an edited text) in blocks.
 * Returns a map from block to [{sentence, start}]; sentences that stand nowhere are left out.
 */
export function placed(blocks, draft) {
  const found = new Map(blocks.map((block) => [block, []]));
  const texts = blocks.filter((block) => block.role !== "table");
  const tables = blocks.filter((block) => block.role === "table");
  const held = draft.sections.flatMap((section) => section.paragraphs.filter((each) => each.table).map((each) => each.table));
  tables.forEach((block, n) => {
    for (const cell of (held[n] ?? block.table).cells.flat()) found.get(block).push({ sentence: cell, start: 0 });
  });
  let at = 0;
  let from = 0;
  for (const { sentence, table } of sentencesOf(draft)) {
    const text = sentence.text.trim();
    if (table || !text) continue;
    const order = [...texts.slice(at), ...texts.slice(0, at)];
    for (const [n, block] of order.entries()) {
      const start = block.text.indexOf(text, n === 0 ? from : 0);
      if (start < 0) continue;
      found.get(block).push({ sentence, start });
      if (n < texts.length - at) {
        at += n;
        from = start + text.length;
      }
      break;
    }
  }
  for (const list of found.values()) list.sort((a, b) => a.start - b.start);
  return found;
}

/** Returns the spans of a sentence that are more than words: figures with their states, gaps, reasons; in order. */
export function spansOf(sentence, states) {
  const judged = states.filter((each) => each.sentence === sentence.id);
  const spans = sentence.gaps.map((gap) => ({ kind: "gap", start: gap.start, end: gap.end, gap }));
  for (const figure of sentence.figures) {
    const state = judged.find((each) => each.start < figure.end && each.end > figure.start)?.state ?? "locked";
    spans.push({ kind: "figure", start: figure.start, end: figure.end, figure, state });
  }
  for (const each of judged) {
    const isKnown = spans.some((span) => span.start < each.end && span.end > each.start);
    if (!isKnown && each.state !== "locked") spans.push({ kind: "figure", start: each.start, end: each.end, figure: null, state: each.state });
  }
  const reasons = sentence.reasons.map((reason) => ({ kind: "reason", start: reason.start, end: reason.end, reason, inner: [] }));
  const outer = [];
  for (const span of spans) {
    const around = reasons.find((each) => each.start <= span.start && span.end <= each.end);
    (around?.inner ?? outer).push(span);
  }
  const order = (list) => list.sort((a, b) => a.start - b.start);
  for (const each of reasons) order(each.inner);
  return order([...outer, ...reasons.filter((each) => each.end > each.start)]);
}
