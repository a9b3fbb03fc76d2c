// Of which department and year is asked: two choices that look like chips, kept in the address.

import { h } from "./dom.js";

/** The choice of department and year. `changed` is run after each choice by the reader. */
export class Scope {
  constructor(changed) {
    this.changed = changed;
    this.scopes = [];
    this.entity = "";
    this.year = null;
    this.entities = h("select", { id: "scope-entity", on: { change: () => this.pick(this.entities.value, null) } });
    this.years = h("select", { id: "scope-year", on: { change: () => this.pick(this.entity, Number(this.years.value) || null) } });
    this.node = h(
      "div",
      { class: "scope", role: "group", "aria-label": "问的范围" },
      h("span", { class: "chip" }, h("label", { for: "scope-entity", text: "部门" }), this.entities),
      h("span", { class: "chip" }, h("label", { for: "scope-year", text: "年度" }), this.years),
    );
  }

  /** Takes what can be chosen. */
  offer(scopes) {
    this.scopes = scopes;
    if (this.entity && !scopes.some((each) => each.entity === this.entity)) this.entity = "";
    this.draw();
  }

  /** Sets the choice without telling anybody. */
  set(entity, year) {
    const named = this.scopes.find((each) => each.entity === entity || each.short === entity);
    this.entity = named?.entity ?? "";
    this.year = this.yearsOf().includes(year) ? year : null;
    this.draw();
  }

  pick(entity, year) {
    this.set(entity, year);
    this.changed();
  }

  yearsOf() {
    const within = this.entity ? this.scopes.filter((each) => each.entity === this.entity) : this.scopes;
    return [...new Set(within.flatMap((each) => each.years.map((one) => one.year)))].sort((a, b) => b - a);
  }

  draw() {
    const only = this.scopes.length === 1;
    this.entities.replaceChildren(h("option", { value: "", text: only ? this.scopes[0].entity : "全部" }), ...(only ? [] : this.scopes.map((each) => h("option", { value: each.entity, text: each.entity }))));
    this.entities.value = only ? "" : this.entity;
    this.entities.disabled = only;
    this.years.replaceChildren(h("option", { value: "", text: "最新" }), ...this.yearsOf().map((each) => h("option", { value: String(each), text: `${each}年` })));
    this.years.value = this.year ? String(this.year) : "";
    for (const select of [this.entities, this.years]) select.parentElement?.classList.toggle("on", select.value !== "");
  }

  /** Returns what a request says of it. */
  get asked() {
    return { entity: this.entity || null, year: this.year };
  }
}
