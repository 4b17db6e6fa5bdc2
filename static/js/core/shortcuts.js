/* Shortcuts that work outside modal dialogs: Ctrl+K (⌘K) and / search everything, ? shows the shortcuts. */

import { closest, find } from "./dom.js";
import { lettersAreOn } from "./single-keys.js";
import { NOT_ARRIVED } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** The text typed while the search palette is being loaded; null at other times. @type {string | null} */
let early = null;

export function startShortcuts() {
  document.addEventListener("keydown", onKey);
  const button = find(document, "[data-palette-button]");
  button.hidden = false;
  button.addEventListener("click", search);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (early !== null && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    early += event.key;
    event.preventDefault();
    return;
  }
  const run = actionOf(event);
  if (!run || event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  run();
}

/** @param {KeyboardEvent} event */
function actionOf(event) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k") return search;
  if (ctrlKey || metaKey || altKey || isTyping(event) || !lettersAreOn()) return null;
  return { "/": search, "?": help }[key] ?? null;
}

/** @param {Event} event */
function isTyping(event) {
  return closest(event, "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

async function search() {
  if (early !== null) return;
  early = "";
  await load(async () => (await import("../palette/palette.js")).openPalette(early ?? ""));
  early = null;
}

const help = () => load(async () => (await import("../palette/help.js")).showHelp());

/** @param {() => Promise<unknown>} open */
async function load(open) {
  try {
    await open();
  } catch (error) {
    console.error(error);
    toast(NOT_ARRIVED, { kind: "bad", action: { label: "Refresh", run: () => location.reload() } });
  }
}
