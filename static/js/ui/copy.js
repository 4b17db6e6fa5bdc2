/* Copy text to the clipboard, and say so in a message. */

import { h, hiddenText, icon } from "../core/dom.js";
import { toast } from "./toast.js";

const SELECT_IT = "Select the text and copy it yourself.";

/**
 * @param {string} text
 * @param {string} label
 * @param {string} [instead] what to do where the browser does not allow copying
 */
export function copyButton(text, label, instead) {
  const copy = () => copyText(text, { instead });
  return h(
    "button",
    { type: "button", class: "icon-button", title: label, on: { click: copy } },
    icon("copy"),
    hiddenText(label),
  );
}

/**
 * Copy the text to the clipboard. Return whether this worked.
 *
 * @param {string} text
 * @param {{ message?: string, instead?: string }} [words] `instead`: what to do where the browser does not allow copying
 */
export async function copyText(text, { message = "Copied.", instead = SELECT_IT } = {}) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast(`This browser does not allow copying. ${instead}`, { kind: "bad" });
    return false;
  }
  toast(message);
  return true;
}
