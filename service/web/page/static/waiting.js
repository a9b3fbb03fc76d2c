// Says that something is on its way, without flicker where it is quick, and for how long where it is slow.

import { fill, h } from "./dom.js";

const SHOWN_AFTER_MS = 300;
const LONG_MS = 5000;

/** Says in a host that something is on its way; after five seconds also for how long. Returns a function that ends it. */
export function waiting(host, text, advice = "再等一会儿；一直这样，请刷新页面。") {
  const begun = Date.now();
  let timer = setTimeout(function tell() {
    const past = Date.now() - begun;
    const more = past < LONG_MS ? "" : ` 已${Math.floor(past / 1000)}秒。${advice}`;
    fill(host, h("p", { class: "muted waiting", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), ` ${text}${more}`));
    timer = setTimeout(tell, past < LONG_MS ? LONG_MS - past + 50 : 1000);
  }, SHOWN_AFTER_MS);
  return () => {
    clearTimeout(timer);
    host.querySelector(":scope > .waiting")?.remove();
  };
}
