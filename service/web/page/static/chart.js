// Charts of an answer: bars whose places the service worked out, each a button to its evidence; the same figures as a table.

import { fill, h, svg, uid } from "./dom.js";
import { figureButton, inWords } from "./figure.js";

const NAMES = { composition: "构成", waterfall: "变化", ranking: "排名", trend: "逐年" };

/** Returns the charts of an answer about an entity, one at a time; `open` is run with what a bar stands for and its button. */
export function chartsView(charts, open, entity = "") {
  const host = h("div", { class: "charts" });
  const show = (number) => {
    fill(
      host,
      charts.length > 1 &&
        h("div", { class: "chips no-print", role: "group", "aria-label": "几张图" }, charts.map((each, n) => h("button", { type: "button", class: "chip", "aria-pressed": String(n === number), text: shortTitle(each, charts, entity), on: { click: () => (show(n), host.querySelectorAll(".chip")[n].focus()) } }))),
      chartView(charts[number], open),
    );
  };
  show(0);
  return host;
}

function shortTitle(chart, charts, entity) {
  const [title, by] = (entity ? chart.title.replace(entity, "") : chart.title).split("：");
  if (by) return by;
  if (chart.kind === "waterfall") return `其中：${title.replace(/(?:从\d{4}年到\d{4}年|两年之间)的变化$/, "")}`;
  return charts.some((each) => each !== chart && each.kind === chart.kind) ? title : NAMES[chart.kind];
}

function chartView(chart, open) {
  const body = h("div");
  const id = uid("chart");
  const buttons = ["图", "表"].map((text) => h("button", { type: "button", class: "chip", text, on: { click: () => pick(text) } }));
  const pick = (text) => {
    buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.textContent === text)));
    fill(body, text === "图" ? [bars(chart, open), key(chart)] : table(chart, open));
  };
  pick("图");
  return h(
    "figure",
    { class: `chart ${chart.kind}`, "aria-labelledby": id },
    h("figcaption", { id, text: chart.title }),
    h("div", { class: "chips no-print", role: "group", "aria-label": "看图还是看表" }, buttons),
    body,
    chart.note && h("p", { class: "hint", text: chart.note }),
  );
}

function bars(chart, open) {
  return h("ol", { class: "bars" }, chart.bars.filter((each) => each.drawn).map((each) => h("li", null, bar(chart, each, open))));
}

/** Explains what bars look like. */
function key(chart) {
  const drawn = chart.bars.filter((each) => each.drawn);
  const said = [
    chart.kind === "waterfall" && drawn.some((each) => each.sign > 0 && each.role === "part") && ["rises", "增加"],
    chart.kind === "waterfall" && drawn.some((each) => each.sign < 0 && each.role === "part") && ["falls", "减少"],
    drawn.some((each) => each.role === "left") && ["left", "未能拆分"],
    drawn.some((each) => isSoft(chart, each)) && ["soft", "虚线框：推算、仅见正文，或用这样的数算出"],
    drawn.some((each) => !each.named) && ["plain pale", "浅色：回答的文字里没有说到"],
  ].filter(Boolean);
  if (said.length === 0) return null;
  return h("ul", { class: "chart-key" }, said.map(([kind, text]) => h("li", null, svg("svg", { width: "18", height: "12", "aria-hidden": "true", focusable: "false" }, svg("rect", { class: `bar-shape ${kind}`, x: "1", y: "1", width: "16", height: "10", rx: "2" })), text)));
}

/** Whether a bar has a dashed frame: its figure is not printed as it is. */
function isSoft(chart, each) {
  const isDerived = each.tags.some((tag) => tag.code === "derived" || tag.code === "stated");
  return isDerived && (chart.kind !== "waterfall" || each.role !== "part");
}

function bar(chart, each, open) {
  const value = each.share ? `${each.text}（${each.share}）` : each.text;
  const careful = each.tags.filter((tag) => tag.tone !== "plain");
  return h(
    "button",
    { type: "button", class: `bar ${each.named ? "" : "unnamed"}`, title: each.working || inWords(each.tags), on: { click: (event) => open(each, event.currentTarget) } },
    h("span", { class: "bar-label", text: each.label }),
    drawing(chart, each),
    h("span", { class: "bar-value figure-text" }, value, careful.map((tag) => h("span", { class: "figure-tag", text: tag.text }))),
    h("span", { class: "visually-hidden", text: "，看依据" }),
  );
}

/** Draws one bar; fractions of the width are the service's. */
function drawing(chart, each) {
  const percent = (fraction) => `${Number(fraction) * 100}%`;
  const width = `${Math.max((Number(each.end) - Number(each.start)) * 100, 0)}%`;
  const kind = each.role === "part" ? (each.sign < 0 ? "falls" : chart.kind === "waterfall" ? "rises" : "plain") : each.role;
  return svg(
    "svg",
    { class: "bar-drawing", width: "100%", height: "18", "aria-hidden": "true", focusable: "false" },
    svg("line", { class: "bar-zero", x1: percent(chart.zero), x2: percent(chart.zero), y1: "0", y2: "18" }),
    svg("rect", { class: `bar-shape ${kind} ${isSoft(chart, each) ? "soft" : ""}`, x: percent(each.start), y: "2", width, height: "14", rx: "2" }),
  );
}

function table(chart, open) {
  const hasShare = chart.bars.some((each) => each.share);
  const rows = chart.total ? [...chart.bars, { ...chart.total, label: `合计：${chart.total.label}` }] : chart.bars;
  return h(
    "div",
    { class: "table-region", role: "region", tabindex: "0", "aria-label": `表：${chart.title}` },
    h(
      "table",
      { class: "data" },
      h("thead", null, h("tr", null, h("th", { scope: "col", text: "名称" }), h("th", { scope: "col", text: chart.kind === "waterfall" ? "数" : "金额" }), hasShare && h("th", { scope: "col", text: "占比" }), h("th", { scope: "col", text: "怎么来的" }))),
      h(
        "tbody",
        null,
        rows.map((each) =>
          h(
            "tr",
            null,
            h("th", { scope: "row", text: each.label }),
            h("td", { class: "figure" }, figureButton({ text: each.text, tags: each.tags, label: each.label, open: (button) => open(each, button) })),
            hasShare && h("td", { class: "figure", title: each.working, text: each.share }),
            h("td", { text: inWords(each.tags) }),
          ),
        ),
      ),
    ),
  );
}

/** Returns a chart as rows for pasting, its head first; a column may be empty. */
export function chartRows(chart) {
  const rows = chart.total ? [...chart.bars, { ...chart.total, label: `合计：${chart.total.label}` }] : chart.bars;
  return [["名称", "数", "单位", "增减", "占比", "怎么来的"], ...rows.map((each) => [each.label, each.value, each.unit, each.change, each.share, inWords(each.tags)])];
}
