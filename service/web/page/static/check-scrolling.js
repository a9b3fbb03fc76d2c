// Moving to a place within a pane that scrolls on its own, on small screens within the window.

export const WIDE = matchMedia("(min-width: 900px)");
export const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const AGAIN_MS = 350;
const TIMES = 4;
/** Height of the head of the page, behind which nothing is seen. */
const HEAD = 60;

/** Moves an element into sight within its pane, where that scrolls, else within the window. */
export function scrollTo(element, pane, block) {
  const region = element.closest(".table-region");
  if (region && region.contains(element)) {
    region.scrollTop = Math.max(0, element.offsetTop - region.clientHeight / 2);
    region.scrollLeft = Math.max(0, element.offsetLeft - region.clientWidth / 2);
  }
  if (pane.scrollHeight > pane.clientHeight + 1 && getComputedStyle(pane).overflowY !== "visible") {
    const [inner, outer] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
    const isSeen = inner.top >= outer.top && inner.bottom <= outer.bottom;
    if (block === "nearest" && isSeen) return;
    const offset = block === "center" ? (outer.height - Math.min(inner.height, outer.height)) / 2 : 8;
    const way = inner.top - outer.top - offset;
    pane.scrollTo({ top: pane.scrollTop + way, behavior: CALM.matches || Math.abs(way) > 2 * outer.height ? "auto" : "smooth" });
  } else if (block !== "nearest" || !isInWindow(element)) element.scrollIntoView({ block, behavior: CALM.matches ? "auto" : "smooth" });
}

function isInWindow(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= HEAD && bottom <= innerHeight;
}

/** Moves to a place in a pane, and again when tables and pages above it have been drawn and pushed it away. */
export class Settling {
  constructor(pane) {
    this.pane = pane;
    this.timer = 0;
  }

  stop() {
    clearTimeout(this.timer);
  }

  to(element) {
    this.stop();
    scrollTo(element, this.pane, "center");
    this.again(element, TIMES);
  }

  again(element, left) {
    this.timer = setTimeout(() => {
      if (!element.isConnected) return;
      const [inner, outer] = [element.getBoundingClientRect(), this.pane.getBoundingClientRect()];
      const limits = WIDE.matches ? [outer.top, outer.bottom] : [HEAD, innerHeight];
      if (inner.height < limits[1] - limits[0] && (inner.top < limits[0] + 8 || inner.bottom > limits[1] - 8)) scrollTo(element, this.pane, "center");
      if (left > 1) this.again(element, left - 1);
    }, AGAIN_MS);
  }
}
