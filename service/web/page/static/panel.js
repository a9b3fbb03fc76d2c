// The panel at the side that shows what a figure rests on: a drawer on wide screens, the whole screen on small ones.

import { fill, h, uid } from "./dom.js";

const WIDE = matchMedia("(min-width: 900px)");
let panel = null;
let opener = null;

/** Opens the panel. `content` is nodes; focus goes to the title, and on closing back to `opener`. */
export function openPanel({ title, content, opener: from = document.activeElement }) {
  panel ??= made();
  opener = from;
  const heading = panel.querySelector("h2");
  fill(heading, title);
  fill(panel.querySelector(".panel-body"), content);
  if (!panel.open) {
    if (WIDE.matches) panel.show();
    else panel.showModal();
  }
  document.body.classList.toggle("has-panel", WIDE.matches);
  panel.querySelector(".panel-body").scrollTop = 0;
  heading.focus();
  return panel.querySelector(".panel-body");
}

/** Closes the panel. */
export function closePanel() {
  if (panel?.open) panel.close();
}

function made() {
  const id = uid("panel");
  const dialog = h(
    "dialog",
    { class: "panel", "aria-labelledby": id },
    h(
      "div",
      { class: "panel-head" },
      h("h2", { id, tabindex: "-1" }),
      h("button", { type: "button", class: "button quiet", text: "关闭", on: { click: closePanel } }),
    ),
    h("div", { class: "panel-body" }),
  );
  dialog.addEventListener("close", () => {
    document.body.classList.remove("has-panel");
    if (opener?.isConnected) opener.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && dialog.open && !document.querySelector("dialog.ask[open]")) {
      event.preventDefault();
      closePanel();
    }
  });
  document.body.append(dialog);
  return dialog;
}
