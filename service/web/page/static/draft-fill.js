// The small form in place that takes a reason or what only the department knows.

import { fill, h, uid } from "./dom.js";
import { GAPS } from "./draft-words.js";

const EXAMPLES = [
  [/辆|车辆|用车/, "例如：5辆"],
  [/设备/, "例如：2台（套）"],
  [/项目数|项目$|专项转移支付/, "例如：3项，或写一句情况"],
  [/日期/, "例如：2023年12月31日"],
  [/预算|采购|货物|工程|服务|金额|经费|支出|收入/, "例如：12.30万元"],
];
const LONGEST = 20_000;
const USUAL = 500;

/** Returns an example of what fills a gap. */
function exampleOf(gap) {
  if (gap.takes === "reason") {
    const example = gap.what.includes("增加") ? "新增在职人员2名，人员经费增加" : gap.what.includes("减少") ? "压减公务接待批次" : "调整人员编制";
    return `写到具体的人员、项目、政策或标准，例如：${example}。只写原因，不必写“主要原因是”。`;
  }
  return EXAMPLES.find(([pattern]) => pattern.test(gap.what))?.[1] ?? "例如：12.30万元、5辆，或一句情况。";
}

/**
 * Opens the form in `host`. `given` is the text so far; `onTry(text)` resolves to {problem, text} with the text as it
 * is read; `onDone(text, {said, where})` takes the text ("" withdraws it), what is to be said of it and where it was taken from; `onNext` leads to the
 * next open place; `onRefused(problem)` says what speaks against a text whose form is closed meanwhile; `problem` is a message to show; `offer` resolves to what a document says of the place, if any.
 */
export function openFill(host, { gap, given, problem = "", offer, isKnown, onText, onTry, onDone, onRefused, onNext, opener }) {
  const id = uid("fill");
  const isReason = gap.takes === "reason";
  const hint = h("p", { class: problem ? "hint bad" : "hint", id: `${id}-hint`, role: problem ? "alert" : null, text: problem || exampleOf(gap) });
  const input = h(isReason ? "textarea" : "input", { id, class: "input", value: given, maxlength: LONGEST, "aria-describedby": `${id}-hint`, autocomplete: "off", "aria-invalid": problem ? "true" : null });
  if (isReason) input.rows = 3;
  const count = h("span", { class: "hint" });
  const tell = () => (count.textContent = input.value.length > USUAL ? `已写${input.value.length}字，最多${USUAL}字` : "");
  input.addEventListener("input", () => {
    tell();
    onText(input.value);
  });
  tell();
  const refuse = (text) => {
    hint.textContent = text;
    hint.className = "hint bad";
    hint.setAttribute("role", "alert");
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  const check = () => {
    const text = input.value.trim();
    if (!text && !isKnown) refuse(`还没有写。${exampleOf(gap)}`);
    else if (text.length > USUAL) refuse(`写了${text.length}字，最多${USUAL}字。请只写这一项。`);
    else return true;
    return false;
  };
  const close = () => {
    fill(host);
    if (opener?.isConnected) opener.focus();
  };
  let isTrying = false;
  const take = async (then) => {
    if (isTrying || !check()) return;
    const text = input.value.trim();
    isTrying = true;
    input.readOnly = true;
    const tried = text ? await onTry(text) : { problem: "", text };
    isTrying = false;
    input.readOnly = false;
    const isOpen = form.isConnected;
    if (tried.problem) {
      if (isOpen) refuse(tried.problem);
      else onRefused(tried.problem);
      return;
    }
    if (isOpen) fill(host);
    const found = await offer;
    onDone(tried.text, { said: tried.text === text ? "" : `“${gap.what}”没有写单位，按“${tried.text}”填。`, where: found?.text === tried.text ? found.where : "" });
    if (isOpen) then?.();
  };
  const offered = h("div");
  offer?.then((found) => found && found.text !== input.value.trim() && fill(offered, offerOf(found, () => {
    input.value = found.text;
    input.removeAttribute("aria-invalid");
    hint.className = "hint";
    hint.textContent = "已放进上面的框里，请核对后点“填好”。会记下引自文件的这一处。";
    tell();
    onText(input.value);
    input.focus();
  })));
  const form = h(
    "form",
    { class: "fill-form", novalidate: "", "aria-label": `填写：${gap.what}` },
    h("label", { for: id, class: "label" }, isReason ? `${gap.what}` : gap.what, " ", h("span", { class: "tag info", text: isReason ? "增减原因" : GAPS[gap.kind] ?? "单位掌握的情况" })),
    input, count, hint, offered,
    h("p", { class: "hint", text: isReason ? "会写在这一句的“主要原因”后面，标明“填报人填写”。" : "会写在上面空着的地方，标明“填报人提供”。" }),
    h("p", { class: "actions" },
      h("button", { type: "submit", class: "button small primary", text: "填好，到下一处" }),
      h("button", { type: "button", class: "button small", text: "填好", on: { click: () => take(() => opener?.isConnected && opener.focus()) } }),
      isKnown && h("button", { type: "button", class: "button small quiet", text: "撤回，重新留空", on: { click: () => { input.value = ""; take(); } } }),
      h("button", { type: "button", class: "button small quiet", text: "收起", on: { click: close } }),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(onNext);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  fill(host, form);
  input.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}

/** Returns what a document says of an open place, with a button that takes it over. */
function offerOf({ text, where, place }, take) {
  return h(
    "div",
    { class: "offer" },
    h("p", null, "文件里写着：", h("strong", { text }), " ", h("button", { type: "button", class: "button small", text: "采用", on: { click: take } })),
    h("details", { class: "small-text" }, h("summary", { text: `${where}，看原句` }), h("p", { class: "quote", text: place.quote }), h("p", null, h("a", { href: `/documents/${place.document}`, text: "打开这份文档" }))),
  );
}

/** Opens in `host` what can be done about a gap that takes neither a reason nor a fact. */
export function openAdvice(host, { gap, isOld, canRewrite, onEdit, opener }) {
  const close = () => {
    fill(host);
    if (opener?.isConnected) opener.focus();
  };
  const needsPrior = gap.kind === "prior";
  fill(
    host,
    h(
      "div",
      { class: "fill-form", role: "group", "aria-label": `怎么补：${gap.what}` },
      h("p", null, h("strong", { text: gap.what }), isOld ? "：这份草稿由旧版程序或自己的提纲文件写成，不能在这里填。" : needsPrior ? "：“文档”里没有上年的数。" : "：“文档”的表里没有这个数。"),
      isOld ? h("p", { text: "请直接改这一段，写上内容；是数字的，再在旁边写明依据。或者重新起草一份。" }) : h("ul", null,
        h("li", null, needsPrior ? "有上年的文件，请先" : "有印着这个数的文件，请先", h("a", { href: "/documents", text: "导入" }), canRewrite ? "，回来点上面的“用现有资料重写”，数会自动写上；" : "，再重新起草一份，数会自动写上；"),
        h("li", { text: "没有文件，可以直接改这一段，写上数字，再在旁边写明依据。" }),
      ),
      h("p", { class: "actions" },
        h("button", { type: "button", class: "button small primary", text: "改这一段", on: { click: () => { fill(host); onEdit(); } } }),
        h("button", { type: "button", class: "button small quiet", text: "收起", on: { click: close } }),
      ),
    ),
  );
  host.querySelector("button").focus({ preventScroll: true });
  host.scrollIntoView({ block: "nearest" });
}

