/* Buttons of the header: theme, print. */

import { announce } from "./announce.js";
import { icon, hiddenText, replace } from "./dom.js";

const THEMES = [
  { name: "auto", icon: "day", label: "Theme: as the system" },
  { name: "light", icon: "sun", label: "Theme: light" },
  { name: "dark", icon: "moon", label: "Theme: dark" },
];

export function startChrome() {
  const theme = document.querySelector("[data-theme-button]");
  theme.hidden = false;
  label(theme, currentTheme());
  theme.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
    apply(next);
    label(theme, next);
    announce(next.label);
  });
  const print = document.querySelector("[data-print-button]");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

function currentTheme() {
  return THEMES.find((theme) => theme.name === document.documentElement.dataset.theme) ?? THEMES[0];
}

function apply(theme) {
  if (theme.name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.name;
  try {
    localStorage.setItem("theme", theme.name);
  } catch {
    // Storage is switched off: it holds for this page.
  }
}

function label(button, theme) {
  replace(button, icon(theme.icon), hiddenText(theme.label));
  button.title = theme.label;
}
