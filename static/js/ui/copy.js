/* Copy text to the clipboard, and say so in a message. */

import { h, hiddenText, icon } from "../core/dom.js";
import { toast } from "./toast.js";

/**
 * @param {string} text
 * @param {string} label
 */
export function copyButton(text, label) {
  const copy = () => copyText(text);
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
 * @param {string} [message]
 */
export async function copyText(text, message = "Copied.") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast("This browser does not allow copying. Select the text and copy it yourself.", { kind: "bad" });
    return false;
  }
  toast(message);
  return true;
}
