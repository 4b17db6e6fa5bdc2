/* Buttons of the header: reload, theme, print. They are hidden until they work. */

import { announce } from "./announce.js";
import { startWatchingPresses } from "./pressed.js";
import { printPage, startPrinting } from "./printing.js";
import { find, hiddenText, icon, replace } from "./dom.js";

/** @typedef {{ name: string, icon: string, label: string }} Theme */

/** @type {Theme[]} */
const THEMES = [
  { name: "auto", icon: "day", label: "Theme: system" },
  { name: "light", icon: "sun", label: "Theme: light" },
  { name: "dark", icon: "moon", label: "Theme: dark" },
];

/** @param {{ refresh?: (() => unknown) | null }} [options] */
export function startChrome({ refresh = null } = {}) {
  startPrinting();
  startWatchingPresses();
  const theme = find(document, "[data-theme-button]");
  label(theme, currentTheme());
  ready(theme, () => turn(theme));
  ready(find(document, "[data-print-button]"), printPage);
  if (refresh) ready(find(document, "[data-refresh-button]"), refresh);
}

/**
 * @param {HTMLElement} button
 * @param {() => unknown} click
 */
function ready(button, click) {
  button.hidden = false;
  button.addEventListener("click", () => click());
}

/** @param {HTMLElement} button */
function turn(button) {
  const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
  apply(next);
  label(button, next);
  announce(next.label);
}

function currentTheme() {
  return THEMES.find((theme) => theme.name === document.documentElement.dataset.theme) ?? THEMES[0];
}

/** @param {Theme} theme */
function apply(theme) {
  if (theme.name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.name;
  try {
    localStorage.setItem("theme", theme.name);
  } catch {
    // Storage is disabled: the choice lasts for this page only.
  }
}

/**
 * @param {HTMLElement} button
 * @param {Theme} theme
 */
function label(button, theme) {
  replace(button, icon(theme.icon), hiddenText(theme.label));
  button.title = theme.label;
}
