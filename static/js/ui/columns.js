/* Choose the columns of a table. This browser and the address (forms.hide=url,updated_at) store the hidden columns. */

import { h, replace } from "../core/dom.js";

const KEY = "hidden-columns";
const LEAST = 4;

/**
 * Return { hidden(), element }: the keys of the hidden columns, and the menu.
 *
 * changed: called after each choice, and when the hidden columns in the address change.
 *
 * The first column names the row and is always shown. Tables without a key, or with up to four columns, have no menu.
 *
 * @template Row
 * @param {{ options: { key?: string, caption: string }, columns: readonly FullColumn<Row>[], state: TableState }} table
 * @param {() => unknown} changed
 */
export function columnChooser({ options: { key = "", caption }, columns, state }, changed) {
  const choices = columns.slice(1);
  if (!key || choices.length < LEAST) return { element: null, hidden: () => NONE };
  const hidden = () => hiddenOf(state.get("hide"), key);
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  const choose = () => {
    const off = choices.filter((column) => !boxes.get(column.key)?.checked).map((column) => column.key);
    remember(key, off);
    state.set({ hide: off.join(",") }, { replace: true });
    changed();
  };
  for (const column of choices) {
    boxes.set(column.key, h("input", { type: "checkbox", on: { change: choose } }));
  }
  const show = () => {
    for (const [name, box] of boxes) box.checked = !hidden().has(name);
  };
  const labels = choices.map((column) => h("label", { class: "row" }, boxes.get(column.key), column.label));
  const element = menu(`Columns: ${caption}`, labels);
  let before = state.get("hide");
  state.onChange(() => {
    if (state.get("hide") === before) return;
    before = state.get("hide");
    show();
    changed();
  });
  show();
  return { element, hidden };
}

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * @param {string} address
 * @param {string} key
 * @returns {ReadonlySet<string>}
 */
function hiddenOf(address, key) {
  return new Set(address ? address.split(",") : storedChoices()[key]);
}

/** @returns {Record<string, string[]>} */
function storedChoices() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(stored ?? {}).filter(([, names]) => Array.isArray(names)));
  } catch {
    return {}; // Storage is disabled, or the stored text is not JSON.
  }
}

/**
 * @param {string} key
 * @param {string[]} off
 */
function remember(key, off) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...storedChoices(), [key]: off }));
  } catch {
    // Storage is disabled, so the choice is only in the address.
  }
}

/**
 * Return the menu. Escape and a click outside close it. The page contains the checkboxes only while the menu is open,
 * because filters of the table may have the same labels.
 *
 * @param {string} label
 * @param {readonly Node[]} content
 */
function menu(label, content) {
  const summary = h("summary", { class: "button compact", "aria-label": label }, "Columns");
  const legend = h("legend", { class: "visually-hidden" }, label);
  const fieldset = h("fieldset", {}, legend);
  const element = h("details", { class: "column-menu" }, summary, fieldset);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    summary.focus();
  });
  /** @param {Event} event */
  const closeIfOutside = (event) => {
    if (!(event.target instanceof Node && element.contains(event.target))) element.open = false;
  };
  element.addEventListener("toggle", () => {
    replace(fieldset, legend, element.open && content);
    if (element.open) addEventListener("pointerdown", closeIfOutside);
    else removeEventListener("pointerdown", closeIfOutside);
  });
  return element;
}
