// Questions that must be answered before something is done.

import { h, uid } from "./dom.js";

/** Asks whether to go on; resolves to true or false. */
export async function confirm({ title, text, action = "确定", danger = false }) {
  return (await ask({ title, text, action, danger, fields: [] })) !== null;
}

/**
 * Asks for words. `fields` are {name, label, value, hint, required, multiline, maxlength};
 * resolves to the values by name, or to null where it was called off.
 */
export function promptText({ title, text = "", action = "确定", fields }) {
  return ask({ title, text, action, danger: false, fields });
}

function ask({ title, text, action, danger, fields }) {
  const from = document.activeElement;
  const id = uid("ask");
  const controls = fields.map(field);
  const form = h(
    "form",
    { method: "dialog", novalidate: "" },
    h("h2", { id, text: title }),
    text && h("p", { id: `${id}-text`, text }),
    controls.map((each) => each.node),
    h(
      "p",
      { class: "actions" },
      h("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}`, text: action }),
      h("button", { type: "button", class: "button", text: "取消", on: { click: () => dialog.close() } }),
    ),
  );
  const dialog = h("dialog", { class: "ask", "aria-labelledby": id, "aria-describedby": text ? `${id}-text` : null }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const missing = controls.find((each) => !each.check());
      if (missing) {
        missing.input.focus();
        return;
      }
      answer = Object.fromEntries(controls.map((each) => [each.name, each.input.value.trim()]));
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (from?.isConnected) from.focus();
      resolve(answer);
    });
    dialog.showModal();
    (controls[0]?.input ?? dialog.querySelector(".actions .button:last-child")).focus();
  });
}

function field({ name, label, value = "", hint = "", required = false, multiline = false, maxlength = 500 }) {
  const id = uid("field");
  const input = h(multiline ? "textarea" : "input", { id, name, maxlength, value, "aria-describedby": `${id}-hint`, required });
  if (multiline) input.rows = 3;
  const said = h("p", { class: "hint", id: `${id}-hint`, text: hint });
  const check = () => {
    const isMissing = required && !input.value.trim();
    said.textContent = isMissing ? `请填写${label}。${hint}` : hint;
    said.classList.toggle("bad", isMissing);
    input.setAttribute("aria-invalid", String(isMissing));
    return !isMissing;
  };
  return { name, input, check, node: h("div", { class: "field" }, h("label", { for: id, text: label }), input, said) };
}
