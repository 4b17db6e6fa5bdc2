/* Announce changes of the page to screen readers. */

const PAUSE = 120;
/** @type {string[]} */
let waiting = [];
let timer = 0;

/**
 * Announce a text. Texts in quick succession are joined. The element #announcer has `role="status"`, so a screen reader
 * finishes its current sentence before it reads the text.
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
 * Return the topmost open dialog, or the page.
 *
 * @returns {Element}
 */
export function topLayer() {
  return [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
}
