/* A session that ends while the page is open. */

import { h, icon } from "./dom.js";

const NOTICE = "session-notice";
let endedAt = 0;

/** Where one signs in and comes back to what the address bar shows. */
function signInAddress() {
  const back = location.pathname + location.search;
  return `${document.body.dataset.signIn}?next=${encodeURIComponent(back)}`;
}

/** Say that what is on the page may be old, and how to go on. Once, however many requests were refused. */
export function sessionEnded() {
  endedAt = performance.now();
  if (document.getElementById(NOTICE)) return;
  const notice = h(
    "div",
    { class: "banner bad", id: NOTICE, role: "alert" },
    icon("lock"),
    h("p", {}, h("strong", {}, "You are signed out. "), "Nothing new can be loaded or saved until you sign in again."),
    h("p", { class: "actions" }, h("a", { class: "button primary", href: signInAddress() }, "Sign in again")),
  );
  document.getElementById("notices")?.append(notice);
}

/**
 * A request that was sent then was answered: whoever signed in in another window is back.
 *
 * @param {number} sentAt
 */
export function sessionWorks(sentAt) {
  if (sentAt > endedAt) document.getElementById(NOTICE)?.remove();
}
