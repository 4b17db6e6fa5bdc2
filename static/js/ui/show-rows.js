/* Whoever comes to a table by a link sees its rows, not the top of the tab. */

import { route } from "../core/route.js";

const followed = new WeakSet();

/**
 * From now on, as often as one likes: bring the panel into view when the address asks something of the table `key`.
 *
 * @param {HTMLElement} panel
 * @param {string} key
 */
export function showRows(panel, key) {
  if (followed.has(panel)) return;
  followed.add(panel);
  /** @param {string} name */
  const isOf = (name) => name.startsWith(`${key}.`);
  const look = () =>
    [...new URLSearchParams(location.search).keys()].some(isOf) && requestAnimationFrame(() => intoView(panel));
  route.onChange((names) => [...names].some((name) => name === "tab" || isOf(name)) && look());
  look();
}

/**
 * Not while the reader works with the table itself: it stays where it is.
 *
 * @param {HTMLElement} panel
 */
function intoView(panel) {
  if (panel.closest("[hidden]") || panel.contains(document.activeElement)) return;
  const { top } = panel.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.5) panel.scrollIntoView();
}
