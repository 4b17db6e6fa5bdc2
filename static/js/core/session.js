/* When the session ends while the page is open, show a bar. Writes wait until the user has signed in again. */

import { topLayer } from "./announce.js";
import { h, icon } from "./dom.js";
import { released } from "./pressed.js";

const BAR = "session-bar";
const PAUSE = 15_000;

let endedAt = 0;
/** @type {Set<(works: boolean) => void>} */
const waiting = new Set();
/** @type {Set<(works: boolean) => void>} */
const waitingWrites = new Set();
let discards = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/** Return the address of the sign-in page. After the sign-in, the user returns to this page. */
function signInAddress() {
  const back = location.pathname + location.search;
  return `${document.body.dataset.signIn}?next=${encodeURIComponent(back)}`;
}

/** Show the bar, once for any number of refused requests. */
export async function sessionEnded() {
  endedAt = performance.now();
  await released();
  if (document.getElementById(BAR)) return;
  const link = h("a", { class: "button primary", href: signInAddress(), target: "_blank", rel: "noopener" }, "Sign in");
  const text = h(
    "p",
    {},
    h("strong", {}, "You've been signed out. "),
    "What you typed stays here. What you were saving is saved when you have signed in.",
  );
  const bar = h(
    "div",
    { class: "banner bad", id: BAR, role: "alert", popover: "manual" },
    icon("lock"),
    text,
    link,
    " (new tab)",
  );
  document.body.append(bar);
  sessionBarOnTop();
  timer ??= setInterval(look, PAUSE);
  // Adding the same listener again has no effect.
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
}

/** Move the bar into the open dialog, if there is one: a modal dialog makes the rest of the page inert. */
export function sessionBarOnTop() {
  const bar = document.getElementById(BAR);
  if (!bar) return;
  topLayer().append(bar);
  bar.showPopover();
}

/**
 * Report a request that succeeded. If it was sent after the session ended, its success shows that the user has
 * signed in again.
 *
 * @param {number} sentAt
 */
export function sessionWorks(sentAt) {
  if (sentAt <= endedAt || !document.getElementById(BAR)) return;
  document.getElementById(BAR)?.remove();
  clearInterval(timer);
  timer = undefined;
  settle(waiting, true);
  settle(waitingWrites, true);
}

/** Resolve when the session is valid again. */
export function sessionBack() {
  return /** @type {Promise<boolean>} */ (new Promise((resolve) => waiting.add(resolve)));
}

/** Return how many forms were closed so far, for writeMayGo(). */
export function discardsSoFar() {
  return discards;
}

/**
 * Resolve to true when the refused write may be sent again: the user has signed in. Resolve to false when a
 * form was closed since the write was sent, even before the 401 arrived: the user may have discarded the input.
 *
 * @param {number} since discardsSoFar() when the write was sent
 */
export function writeMayGo(since) {
  if (since !== discards) return Promise.resolve(false);
  return /** @type {Promise<boolean>} */ (new Promise((resolve) => waitingWrites.add(resolve)));
}

/** Count a closed form, and cancel the waiting writes: input that the user discarded must not be saved later. */
export function abandonWrites() {
  discards += 1;
  settle(waitingWrites, false);
}

/**
 * @param {Set<(works: boolean) => void>} resolvers
 * @param {boolean} works
 */
function settle(resolvers, works) {
  const all = [...resolvers];
  resolvers.clear();
  for (const resolve of all) resolve(works);
}

/** Ask whether the user has signed in again, in another tab. */
async function look() {
  if (!document.getElementById(BAR) || document.hidden) return;
  const sentAt = performance.now();
  const answer = await fetch("/api/v1/pardot/config", { credentials: "same-origin" }).catch(() => null);
  await released();
  if (answer?.ok) sessionWorks(sentAt);
}
