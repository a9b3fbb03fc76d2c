// The conversations of this browser: a list that all its tabs share; what was said in them is kept by the service.

import { send } from "./api.js";
import { confirm } from "./confirm.js";
import { fill, h } from "./dom.js";
import { keep, recall } from "./kept.js";
import { notice } from "./notice.js";

const KEY = "ask:chats";
const MOST = 100;
const LONGEST = 40;

/** Returns the conversations of this browser, the one used last first. */
export const chats = () => recall(KEY, []).filter((each) => each?.id);

/** Puts a conversation at the top of the list, with the department and year it was asked of last. */
export function remember(id, question, asked = null) {
  const known = chats().find((each) => each.id === id);
  const flat = [...question.replace(/\s+/g, " ").trim()];
  const title = known?.title ?? (flat.length > LONGEST ? `${flat.slice(0, LONGEST - 1).join("")}…` : flat.join(""));
  keep(KEY, [{ id, title, at: new Date().toISOString(), asked: asked ?? known?.asked ?? null }, ...chats().filter((each) => each.id !== id)].slice(0, MOST));
}

/** Takes a conversation off the list. */
export const forget = (id) => keep(KEY, chats().filter((each) => each.id !== id));

/** The list on the page. `open` is run with an id, `removed` with the id of one that was deleted. */
export class History {
  constructor({ open, removed }) {
    this.open = open;
    this.removed = removed;
    this.list = h("ul", { class: "chats" });
    this.host = h("div");
    this.node = h("div", { class: "history-body" }, this.host, this.list);
    addEventListener("storage", () => this.draw(this.current));
  }

  /** Draws the list with the current conversation marked. */
  draw(current) {
    this.current = current;
    const all = chats();
    fill(
      this.list,
      all.length === 0 && h("li", { class: "muted small-text", text: "还没有。问过的会列在这里，只在这个浏览器里看得到。" }),
      all.map((each) =>
        h(
          "li",
          { class: "chat" },
          h("a", { href: `/?c=${each.id}`, class: "chat-title", "aria-current": each.id === current ? "page" : null, text: each.title || "（无题）", on: { click: (event) => this.follow(event, each.id) } }),
          h("button", { type: "button", class: "button small quiet", "aria-label": `删除对话：${each.title}`, text: "删除", on: { click: (event) => this.remove(each, event.currentTarget) } }),
        ),
      ),
    );
  }

  follow(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.open(id);
  }

  async remove(chat) {
    const isSure = await confirm({ title: "删除这个对话？", text: `“${chat.title}”里的问和答会从服务里删掉，不能恢复。`, action: "删除", danger: true });
    if (!isSure) return;
    try {
      await send("DELETE", `/v1/conversations/${chat.id}`);
    } catch (problem) {
      if (problem.status !== 404) {
        notice(this.host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: () => this.remove(chat) }] });
        return;
      }
    }
    fill(this.host);
    forget(chat.id);
    this.draw(this.current);
    this.removed(chat.id);
  }
}
