/* Keep the operators' page up to date: show the progress of runs, and reload when a run or an action begins or ends. */

import { isPressed, startWatchingPresses } from "./core/pressed.js";

const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-state]"));
const WHILE_RUNNING = 3_000;
const OTHERWISE = 20_000;

/** @typedef {{ mark: string, running: Record<string, string>, is_busy: boolean }} State */

async function look() {
  let pause = OTHERWISE;
  if (page && !document.hidden) {
    const state = await ask(page.dataset.state ?? "").catch(() => null);
    if (state && state.mark !== page.dataset.mark && !isButtonFocused() && !isPressed()) {
      location.reload();
      return;
    }
    if (state?.is_busy) pause = WHILE_RUNNING;
    for (const [name, progress] of Object.entries(state?.running ?? {})) show(name, progress);
  }
  setTimeout(look, pause);
}

/**
 * @param {string} address
 * @returns {Promise<State | null>}
 */
async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok && !answer.redirected ? answer.json() : null;
}

/**
 * @param {string} name
 * @param {string} progress
 */
function show(name, progress) {
  const place = document.querySelector(`[data-progress="${CSS.escape(name)}"]`);
  if (place) place.textContent = progress;
}

/** Return whether the focus is on a form's button: reloading the page would take the focus away. */
function isButtonFocused() {
  return document.activeElement instanceof HTMLElement && document.activeElement.closest("form") !== null;
}

startWatchingPresses();
setTimeout(look, WHILE_RUNNING);
