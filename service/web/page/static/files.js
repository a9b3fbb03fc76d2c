// Files that are dropped on the page or chosen: where they may be dropped, how large they are and may be.

import { get } from "./api.js";

const MB = 1048576;

/** Returns a size as people read it: 1.5MB. */
export const sizeOf = (bytes) => (bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))}KB` : `${(bytes / MB).toFixed(1).replace(/\.0$/, "")}MB`);

/** Returns how many bytes a file may have, 0 where that is not known: the service says so itself when one has more. */
export async function largest() {
  try {
    return (await get("/v1/intake")).max_bytes;
  } catch {
    return 0;
  }
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Lets files be dropped on an element; `take` gets them. */
export function dropOn(zone, take) {
  zone.addEventListener("dragover", (event) => hasFiles(event) && zone.classList.add("over"));
  zone.addEventListener("dragleave", (event) => !zone.contains(event.relatedTarget) && zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("over");
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
  });
}

/** Sees to it that a file dropped beside its zone does not make the browser leave the page. */
export function guardDrops() {
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => hasFiles(event) && event.preventDefault());
}
