// What every view needs from the start: going back to a page that the browser kept must not show what was deleted.

addEventListener("pageshow", (event) => {
  if (event.persisted) document.dispatchEvent(new CustomEvent("youju:back"));
});

// Whatever was not foreseen is said, not swallowed.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.isAborted) event.preventDefault();
});
