/* Scroll to the first row of a table when a link leads to the table. */

import { route } from "../core/route.js";

/** The space to keep below the first row, for some more rows. */
const ROOM = 160;
const ACTS = ["wheel", "touchstart", "pointerdown", "keydown"];

/**
 * The last address that was handled for each table, by the table's key. Reloading the table does not scroll again.
 *
 * @type {Map<string, string>}
 */
const shown = new Map();

/**
 * Scroll to the rows of the table `key` when the address has parameters for it. Return a function to call after
 * each drawing of the table.
 *
 * @param {string} key
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 */
export function showRows(key, element, signal) {
  const look = () => {
    if (signal.aborted || !isInAddress(key) || !element.isConnected || element.closest("[hidden], dialog")) return;
    if (element.querySelector("[aria-busy=true]") || shown.get(key) === location.search) return;
    shown.set(key, location.search);
    // Do not scroll for users who are working in the table itself.
    if (!element.contains(document.activeElement)) keepInView(element);
  };
  const soon = () => requestAnimationFrame(look);
  route.onChange((names) => {
    if (names.size === 0 || names.has("tab")) shown.delete(key);
    soon();
  }, signal);
  return soon;
}

/** @param {string} key */
function isInAddress(key) {
  return (
    route.get("gear.type") === key ||
    [...new URLSearchParams(location.search).keys()].some((name) => name.startsWith(`${key}.`))
  );
}

/**
 * Keep the rows in view until the whole page is drawn, or the user does something.
 *
 * @param {HTMLElement} element
 */
function keepInView(element) {
  const stop = new AbortController();
  const observer = new MutationObserver(() => {
    intoView(element);
    if (!document.querySelector("[aria-busy=true]")) stop.abort();
  });
  stop.signal.addEventListener("abort", () => observer.disconnect());
  for (const act of ACTS) {
    addEventListener(act, () => stop.abort(), { once: true, passive: true, signal: stop.signal });
  }
  observer.observe(document.body, { subtree: true, attributeFilter: ["aria-busy"] });
  intoView(element);
}

/** @param {HTMLElement} element */
function intoView(element) {
  const row = [...element.querySelectorAll("tbody tr, .state")].find((one) => one.checkVisibility());
  if (!row) return;
  const covered = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
  const { top, bottom } = row.getBoundingClientRect();
  if (top >= covered && bottom <= innerHeight) return;
  const begin = beginningFor(row, innerHeight - covered - ROOM).getBoundingClientRect().top;
  scrollTo({ top: scrollY + begin - covered, behavior: "instant" });
}

/**
 * Go outward from the row, at most to its panel, and return the last element whose top fits on the screen together
 * with the row. So the panel's heading, the search, or the column heads are in view too. When no element around the
 * row fits, return the row.
 *
 * @param {Element} row
 * @param {number} height
 */
function beginningFor(row, height) {
  const { bottom } = row.getBoundingClientRect();
  let begin = row;
  for (let one = row.parentElement; one; one = one.parentElement) {
    if (bottom - one.getBoundingClientRect().top > height) break;
    begin = one;
    if (one.matches("[data-panel]")) break;
  }
  return begin;
}
