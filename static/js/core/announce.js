/* Announce changes of the page to screen readers. */

const PAUSE = 120;
/** @type {string[]} */
let waiting = [];
let timer = 0;

/**
 * Say it when the reader has a moment. Several things said at once become one sentence each.
 *
 * @param {string} text
 */
export function announce(text) {
  waiting.push(text);
  clearTimeout(timer);
  timer = setTimeout(say, PAUSE);
}

function say() {
  const region = document.getElementById("announcer");
  const text = waiting.join(" ");
  waiting = [];
  if (!region) return;
  // A modal dialog makes the rest of the page inert, so the live region moves into it.
  const place = topLayer();
  if (region.parentElement !== place) place.append(region);
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/**
 * The open dialog that lies on top, or the page.
 *
 * @returns {Element}
 */
export function topLayer() {
  return [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
}
