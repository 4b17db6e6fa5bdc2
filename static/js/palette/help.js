/* The help sheet: the shortcuts, and a switch for the single-key shortcuts. */

import { h } from "../core/dom.js";
import { lettersAreOn, switchLetters } from "../core/single-keys.js";
import { openDialog } from "../ui/dialog.js";

const COMMAND = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
/** @type {[title: string, rows: [keys: string[], text: string][]][]} */
const SECTIONS = [
  [
    "Everywhere",
    [
      [[`${COMMAND} K`, "/"], "Search everything"],
      [["?"], "Show this sheet"],
      [[`${COMMAND} Z`], "Press the latest “Undo” button"],
      [["Esc"], "Close a drawer or dialog, or clear a selection"],
    ],
  ],
  [
    "Tabs and charts",
    [
      [["←", "→"], "Move among the tabs; Enter opens one"],
      [["←", "→"], "Choose a day in the trend; Enter pins a note to it"],
    ],
  ],
  [
    "Tables",
    [
      [["↑", "↓"], "Move among the rows, in a column of links or buttons"],
      [["Shift click"], "Select or clear all rows between two clicks"],
    ],
  ],
];

export function showHelp() {
  openDialog({ title: "Keyboard shortcuts", body: [SECTIONS.map(([title, rows]) => section(title, rows)), single()] });
}

/**
 * @param {string} title
 * @param {[keys: string[], text: string][]} rows
 */
function section(title, rows) {
  return h(
    "section",
    { class: "stack" },
    h("h3", {}, title),
    h(
      "dl",
      { class: "shortcuts" },
      rows.map(([keys, text]) =>
        h(
          "div",
          {},
          h(
            "dt",
            {},
            keys.flatMap((key, index) => [index > 0 && " or ", h("kbd", {}, key)]),
          ),
          h("dd", {}, text),
        ),
      ),
    ),
  );
}

/** Accidents and speech input can trigger a single-key shortcut, so WCAG 2.1.4 requires a way to turn it off. */
function single() {
  const box = h("input", {
    type: "checkbox",
    checked: lettersAreOn(),
    on: { change: (event) => switchLetters(event.currentTarget.checked) },
  });
  return h("label", { class: "row single-keys" }, box, "Use single-key shortcuts: / and ?");
}
