// Files out of the page, and texts and tables for pasting.

import { fetchFile } from "./api.js";
import { h } from "./dom.js";
import { announce } from "./notice.js";

/** Fetches a file and hands it to the browser to save; returns its name, throws Problem where it cannot be had. */
export async function download(path, { name = "" } = {}) {
  const file = await fetchFile(path);
  const address = URL.createObjectURL(file.blob);
  const called = name || file.name || "文件";
  const link = h("a", { href: address, download: called });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return called;
}

/** Puts text on the clipboard; returns whether that was possible. */
export async function copyText(text) {
  const isDone = await written(text);
  announce(isDone ? "已复制。" : "浏览器不允许复制，请选中后按 Ctrl+C。");
  return isDone;
}

/** Puts rows on the clipboard so that a spreadsheet takes them as a table. */
export function copyTable(rows) {
  return copyText(rows.map((row) => row.map(cellText).join("\t")).join("\n"));
}

/** A cell stays a cell, and a name that looks like a formula stays a name. */
function cellText(cell) {
  const text = String(cell).replace(/[\t\r\n]+/g, " ");
  return /^[=@+]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain HTTP has no clipboard but for the old way.
    const area = h("textarea", { class: "visually-hidden", value: text, "aria-hidden": "true", tabindex: "-1" });
    const from = document.activeElement;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    from?.focus();
    return isDone;
  }
}
