// What a finding rests on, in the panel: the table with the cell, or the sentence.

import { get } from "./api.js";
import { WIDE } from "./check-scrolling.js";
import { fill, h } from "./dom.js";
import { notice } from "./notice.js";
import { closePanel, openPanel } from "./panel.js";
import { captionOf, tableView } from "./table.js";
import { waiting } from "./waiting.js";

const AROUND = 5;
const TITLE = "看出处";

/**
 * Shows places of a check. `at` is its address; `tables` returns the tables of the document that was checked,
 * `find(place)` the element of a place in it, and `show(element)` leads there.
 */
export class Evidence {
  constructor({ at, report, tables, find, show }) {
    Object.assign(this, { at, report, tables, find, lead: show });
  }

  async show(place, opener) {
    const host = h("div");
    openPanel({ title: TITLE, content: host, opener });
    if (!place.table || place.row_index === null) fill(host, this.about(place), this.sentence(place));
    else await this.table(place, host);
  }

  isOwn(place) {
    return place.document === this.report.document;
  }

  about(place) {
    if (this.isOwn(place)) return h("p", { text: "被核对的文件自己" });
    const title = this.report.against.find((each) => each.id === place.document)?.title || "另一份文件";
    return h("p", null, "《", h("bdi", { text: title }), "》");
  }

  sentence(place) {
    const there = this.isOwn(place) && this.find(place);
    const go = () => {
      if (!WIDE.matches) closePanel();
      this.lead(there);
    };
    return [
      h("p", { text: place.where }),
      place.quote && h("p", { class: "quote", text: place.quote }),
      there && h("p", { class: "actions" }, h("button", { type: "button", class: "button", text: "到原文的这一处", on: { click: go } })),
    ];
  }

  /** Shows a table in its own host: another place may have been asked for before it is here. */
  async table(place, host) {
    const end = waiting(host, "正在取表格……");
    try {
      const tables = this.isOwn(place) ? this.tables() : await get(`${this.at}/tables?document=${encodeURIComponent(place.document)}`);
      end();
      const table = tables.find((each) => each.id === place.table);
      if (!table) fill(host, this.about(place), h("p", { class: "notice warning", text: `这张表现在找不到了。当时印的是：${place.quote || "（空白）"}` }));
      else fill(host, this.about(place), factsOf(place, table), tableView(table, { highlight: [{ row: place.row_index, column: place.column_index }], around: AROUND, caption: false }));
    } catch (problem) {
      end();
      notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.table(place, host) }] });
    }
  }
}

function factsOf(place, table) {
  const cell = table.cells[place.row_index]?.[place.column_index];
  const rows = [["表", captionOf(table)], ["行", place.row || "—"], ["列", place.column || "—"]];
  return h("dl", { class: "facts" }, rows.map(([name, text]) => [h("dt", { text: name }), h("dd", { text })]), cell && [h("dt", { text: "印的是" }), h("dd", null, h("strong", { class: "figure-text", text: printed(cell, table) }), cell.proof && `　${cell.proof}`)]);
}

function printed(cell, table) {
  const unit = table.unit && cell.value !== null ? ` ${cell.unit ?? table.unit}` : "";
  return `${cell.raw || "（空白）"}${unit}`;
}
