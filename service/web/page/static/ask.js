// The view 提问: a conversation in one column, with the composer at its foot.

import { get, stream } from "./api.js";
import { History, chats, forget, remember } from "./ask-history.js";
import { Scope } from "./ask-scope.js";
import { Turn } from "./ask-turn.js";
import { fill, find, h } from "./dom.js";
import { dropHere, keepHere, recallHere } from "./kept.js";
import { announce, clearNotice, notice } from "./notice.js";
import { closePanel } from "./panel.js";

const TEXT = "ask:text";
const PENDING = "ask:pending";
const KINDS = { total: "总数", why: "原因", share: "占比", items: "三公", ranking: "排名", trend: "趋势", definition: "名词", draft: "起草", split: "构成" };
/** Answers of a conversation that the service is told of, so that it offers nothing they said. */
const MOST_TOLD = 20;

const box = find("#question");
const sendButton = find("#send");
const stopButton = find("#stop");
const said = find("#composer-notice");
const thread = find("#thread");
const beginning = find("#beginning");
const followUps = find("#follow-ups");

const history = new History({ open: (id) => openConversation(id), removed: (id) => id === state.conversation && begin() });
const scope = new Scope(() => (address(), state.turns.length === 0 && suggest()));
/** `conversation` is its id or "", `turns` what is on the page, `running` stops the question under way, `opened` counts changes of the conversation. */
const state = { conversation: "", turns: [], running: null, opened: 0 };

// -- asking ----------------------------------------------------------------------------------------------------------

async function ask(question, existing = null) {
  if (state.running) {
    notice(said, { kind: "info", text: "正在回答上一问，请等它答完，或先按“停止”。" });
    return;
  }
  clearNotice(said);
  fill(followUps);
  beginning.hidden = true;
  const turn = existing ?? add(question);
  const running = new AbortController();
  const opened = state.opened;
  state.running = running;
  busy(true);
  keepHere(PENDING, { question, conversation: state.conversation });
  turn.wait();
  turn.node.scrollIntoView({ block: "start" });
  try {
    const asked = scope.asked;
    const body = { question, conversation: state.conversation || "new", ...asked, stream: true };
    const answer = await stream("/v1/ask", body, (name, data) => heard(turn, name, data), { signal: running.signal });
    dropHere(PENDING);
    if (opened === state.opened && answer.conversation) enter(answer.conversation, question, asked);
    else if (answer.conversation) remember(answer.conversation, question, asked);
    await present(turn, answer.id, answer.text, Boolean(answer.conversation));
    if (opened === state.opened) turn.node.scrollIntoView({ block: "start" });
    announce(`回答好了：${answer.text.slice(0, 120)}`);
    if (opened === state.opened) follow(answer);
  } catch (problem) {
    failed(turn, question, problem);
  } finally {
    turn.settle();
    if (state.running === running) {
      state.running = null;
      busy(false);
    }
  }
}

function heard(turn, name, data) {
  if (name === "status") turn.step(data.step);
  else if (name === "sentence") turn.hear(data.text);
}

async function present(turn, id, text, isKept = true) {
  try {
    turn.show(await get(`/v1/answers/${encodeURIComponent(id)}/presentation`), { isKept });
  } catch (problem) {
    turn.plain(text, problem, () => present(turn, id, text, isKept));
  }
}

function failed(turn, question, problem) {
  if (problem.isAborted) {
    dropHere(PENDING);
    if (!state.turns.includes(turn)) return;
    turn.fail("已停止，没有回答。问题放回了输入框。", { kind: "info" });
    if (!box.value.trim()) putBack(question);
    box.focus();
    return;
  }
  if (problem.code === "missing-conversation") {
    const again = () => (forget(state.conversation), leave(), ask(question, turn));
    turn.fail("这个对话已在别处删除。可以在新的对话里接着问，前面说过的不再算数。", { actions: [{ label: "在新对话里问", run: again }] });
    return;
  }
  if (problem.status >= 400 && problem.status < 500) {
    dropHere(PENDING);
    drop(turn);
    if (!box.value.trim()) putBack(question);
    notice(said, { kind: "error", text: problem.message });
    box.focus();
    return;
  }
  if (!problem.isAway && !problem.status) throw Object.assign(problem, { shown: turn.fail("页面出错了，这一问没有显示出来。请再问一次。") });
  turn.fail(problem.isAway ? "服务断开了，这一问没有等到回答。连上后可以再问一次。" : problem.message);
}

function add(question) {
  const turn = new Turn(question, { ask, retry: (same) => ask(same.question, same) });
  state.turns.push(turn);
  thread.append(turn.node);
  return turn;
}

function drop(turn) {
  state.turns = state.turns.filter((each) => each !== turn);
  turn.node.remove();
  if (state.turns.length === 0) beginning.hidden = false;
}

function busy(isBusy) {
  sendButton.hidden = isBusy;
  stopButton.hidden = !isBusy;
  thread.setAttribute("aria-busy", String(isBusy));
}

// -- conversations -----------------------------------------------------------------------------------------------------

function enter(id, question, asked) {
  const isNew = state.conversation !== id;
  state.conversation = id;
  remember(id, question, asked);
  history.draw(id);
  if (isNew) address();
}

function leave() {
  state.conversation = "";
  history.draw("");
  address();
}

/** Begins a new conversation; a question under way goes on without being shown. */
function begin() {
  empty();
  leave();
  suggest();
  box.focus();
}

function empty() {
  state.opened += 1;
  state.running?.abort();
  state.running = null;
  state.turns = [];
  closePanel();
  clearNotice(said);
  fill(thread);
  fill(followUps);
  busy(false);
  beginning.hidden = false;
}

async function openConversation(id, { push = true } = {}) {
  empty();
  const opened = state.opened;
  beginning.hidden = true;
  state.conversation = id;
  history.draw(id);
  if (push) {
    const { entity = "", year = null } = chats().find((each) => each.id === id)?.asked ?? {};
    scope.set(entity ?? "", year);
    address(true);
  }
  const waiting = setTimeout(() => fill(thread, h("li", { class: "muted", text: "正在取这个对话…" })), 300);
  try {
    const found = await get(`/v1/conversations/${encodeURIComponent(id)}`);
    if (opened !== state.opened) return;
    clearTimeout(waiting);
    fill(thread);
    await restore(found, opened);
  } catch (problem) {
    clearTimeout(waiting);
    if (opened !== state.opened) return;
    fill(thread);
    if (problem.status === 404) {
      forget(id);
      begin();
      notice(said, { kind: "warning", text: "这个对话已删除，或不在这个服务里。现在是新的对话。" });
    } else {
      const host = h("li");
      thread.append(host);
      notice(host, { kind: "error", text: problem.message, actions: [{ label: "再取一次", run: () => openConversation(id, { push: false }) }] });
    }
  }
}

async function restore(conversation, opened) {
  remember(conversation.id, conversation.turns[0]?.question ?? conversation.title);
  history.draw(conversation.id);
  const turns = conversation.turns.map((each) => ({ each, turn: add(each.question) }));
  turns.forEach(({ each, turn }) => turn.plain(each.text));
  for (const { each, turn } of turns) {
    if (opened !== state.opened) return;
    await present(turn, each.answer, each.text);
  }
  const last = conversation.turns.at(-1);
  resume(last?.question);
  const named = state.turns.find((each) => each.shown && location.hash === `#${each.shown.answer.id}`);
  (named ?? state.turns.at(-1))?.node.scrollIntoView({ block: "start" });
  if (last && !state.running) follow(turns.at(-1).turn.shown?.answer ?? {});
}

/** Shows a question of this tab that was under way when the page or the service went away. */
function resume(answered) {
  const pending = recallHere(PENDING);
  if (!pending) return;
  dropHere(PENDING);
  if (pending.conversation !== state.conversation || pending.question === answered) return;
  beginning.hidden = true;
  add(pending.question).fail("上次没有等到这一问的回答（页面刷新了，或服务重启了）。", { kind: "warning" });
}

/** Keeps conversation and scope in the address. */
function address(push = false) {
  const query = new URLSearchParams();
  if (state.conversation) query.set("c", state.conversation);
  if (scope.entity) query.set("entity", scope.entity);
  if (scope.year) query.set("year", String(scope.year));
  const path = query.size > 0 ? `/?${query}` : "/";
  if (push) window.history.pushState(null, "", path);
  else window.history.replaceState(null, "", path);
}

// -- where to begin --------------------------------------------------------------------------------------------------------

async function suggest() {
  if (state.turns.length > 0) return;
  beginning.hidden = false;
  const opened = state.opened;
  const waiting = setTimeout(() => fill(beginning, title(), h("p", { class: "muted" }, h("span", { class: "spinner", "aria-hidden": "true" }), " 正在看有哪些文档…")), 300);
  try {
    if (scope.scopes.length === 0) scope.offer(await get("/v1/scopes"));
    const { entity, year } = scope.asked;
    const made = scope.scopes.length === 0 ? [] : await get(`/v1/suggestions?${query(entity, year)}`);
    if (opened !== state.opened) return;
    fill(beginning, goOn(), scope.scopes.length === 0 ? nothing() : [title(), suggestions(made)]);
  } catch (problem) {
    const host = h("div");
    fill(beginning, title(), host);
    notice(host, { kind: "error", text: problem.message, actions: [{ label: "再试一次", run: suggest }] });
  } finally {
    clearTimeout(waiting);
  }
}

function query(entity, year) {
  const said = new URLSearchParams();
  if (entity) said.set("entity", entity);
  if (year) said.set("year", String(year));
  return said;
}

function title() {
  return [h("h2", { text: "问一个预算问题" }), h("p", { class: "lead", text: "用平常的话问就行。答案里的每个数字都能点开，看它印在哪张表、怎么算出来。" })];
}

/** Leads back to the conversation that this browser had last, null where there is none. */
function goOn() {
  const [last] = chats();
  if (!last) return null;
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openConversation(last.id);
  };
  return h("p", { class: "go-on" }, "继续上次的对话：", h("a", { href: `/?c=${last.id}`, text: last.title || "（无题）", on: { click: open } }));
}

function nothing() {
  return h("div", { class: "empty" }, h("h2", { text: "还没有文档" }), h("p", { text: "有据只根据文档回答。先放入一份部门预算公开文件（PDF、Word、Excel、网页或文本都可以），再来提问。" }), h("p", null, h("a", { class: "button primary", href: "/documents", text: "去添加文档" })));
}

function suggestions(made) {
  if (made.length === 0) return h("p", { class: "muted", text: "这个范围没有现成的问题，直接在下面写就行。" });
  return [h("h3", { class: "suggestions-title", text: "可以这样问" }), h("ul", { class: "suggestions" }, made.map((each) => h("li", null, h("button", { type: "button", class: "suggestion", on: { click: () => ask(each.question) } }, h("span", { class: "tag", text: KINDS[each.kind] ?? "" }), h("span", { text: each.question })))))];
}

/** Offers a few questions that go on from what was answered last. */
async function follow(answer) {
  if (!answer.id) return;
  const opened = state.opened;
  const asked = new URLSearchParams(state.turns.map((each) => each.shown?.answer.id).filter(Boolean).slice(-MOST_TOLD).map((id) => ["asked", id]));
  const made = await get(`/v1/answers/${encodeURIComponent(answer.id)}/follow-ups?${asked}`).catch(() => []);
  if (opened !== state.opened || state.running) return;
  const run = (each) => {
    if (scope.scopes.length > 1 && each.entity && scope.entity !== each.entity) scope.set(each.entity, null);
    address();
    ask(each.question);
  };
  const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 80;
  fill(followUps, made.length > 0 && [h("p", { class: "hint", text: "接着问：" }), h("ul", { class: "chips" }, made.map((each) => h("li", null, h("button", { type: "button", class: "chip", text: each.question, on: { click: () => run(each) } }))))]);
  if (isAtEnd) state.turns.at(-1)?.node.scrollIntoView({ block: "start" });
}

// -- the composer ------------------------------------------------------------------------------------------------------------

function submit() {
  const question = box.value;
  if (!question.trim()) {
    notice(said, { kind: "info", text: "请先写下要问的，例如：三公经费是多少？" });
    box.focus();
    return;
  }
  if (state.running) {
    notice(said, { kind: "info", text: "正在回答上一问，请等它答完，或先按“停止”。" });
    return;
  }
  putBack("");
  const last = state.turns.at(-1);
  const isAgain = last && !last.isAnswered && last.question === question.trim();
  ask(question.trim(), isAgain ? last : null);
}

function putBack(text) {
  box.value = text;
  keepHere(TEXT, text);
  fit();
}

function fit() {
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${Math.min(box.scrollHeight + 2, 200)}px`);
}

find("#composer").addEventListener("submit", (event) => (event.preventDefault(), submit()));
stopButton.addEventListener("click", () => state.running?.abort());
box.addEventListener("input", () => (keepHere(TEXT, box.value), fit()));
box.addEventListener("keydown", (event) => {
  // 229 is how older browsers tell that an input method has the key.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
find("#new").addEventListener("click", begin);
let begunAt = location.search;
// A step to another part of the page (#main) is none to another conversation.
addEventListener("popstate", () => location.search !== begunAt && start());
document.addEventListener("youju:back", () => state.turns.length === 0 && suggest());

// -- start ---------------------------------------------------------------------------------------------------------------------

async function start() {
  begunAt = location.search;
  const given = new URLSearchParams(location.search);
  const conversation = /^[0-9a-f]{12}$/.test(given.get("c") ?? "") ? given.get("c") : "";
  const wide = matchMedia("(min-width: 1100px)");
  find("#history").open = wide.matches;
  wide.addEventListener("change", () => (find("#history").open = wide.matches));
  history.draw(conversation);
  const choose = () => scope.set(given.get("entity") ?? "", Number(given.get("year")) || null);
  if (conversation) {
    get("/v1/scopes").then((found) => (scope.offer(found), choose()), () => {});
    await openConversation(conversation, { push: false });
    return;
  }
  empty();
  state.conversation = "";
  try {
    scope.offer(await get("/v1/scopes"));
    choose();
  } catch {
    // The suggestions say so.
  }
  resume();
  await suggest();
}

find("#scope").append(scope.node);
find("#history").append(history.node);
putBack(new URLSearchParams(location.search).get("q") ?? recallHere(TEXT, ""));
start();
box.focus();
