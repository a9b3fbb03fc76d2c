// Says at the top of the page that the service cannot be reached, and asks for it until it can.

import { fill, find, h } from "./dom.js";

const EVERY_MS = 2000;
let timer = 0;

/** Shows the banner and begins to ask. */
export function unreachable() {
  if (timer) return;
  const banner = find("#connection");
  fill(banner, h("strong", { text: "连不上服务。" }), "可能正在重启，正在自动重连；写的内容都还在，不必刷新。");
  banner.hidden = false;
  timer = setInterval(look, EVERY_MS);
}

/** Takes the banner away: the service has answered. */
export function recovered() {
  if (!timer) return;
  clearInterval(timer);
  timer = 0;
  const banner = find("#connection");
  fill(banner, "已重新连上。");
  setTimeout(() => {
    if (!timer) banner.hidden = true;
  }, EVERY_MS);
  document.dispatchEvent(new CustomEvent("youju:back"));
}

async function look() {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) recovered();
  } catch {
    // Still away.
  }
}
