// Which draft the page is about, and the places of the page that it is drawn in.

import { find } from "./dom.js";

export const id = document.body.dataset.id;
/** The address of the draft. */
export const at = `/v1/drafts/${encodeURIComponent(id)}`;
export const places = { head: find("#head"), message: find("#message"), paper: find("#paper"), after: find("#after"), bar: find("#bar"), buttons: find("#buttons"), told: find("#told") };
