/* Show brief messages about what was just done. */

import { announce, topLayer } from "../core/announce.js";
import { closest, h, hiddenText, icon } from "../core/dom.js";
import { released } from "../core/pressed.js";

const STAYS = 10_000;
const MOST = 3;
/** The messages with the button “Undo”. Ctrl+Z runs the newest undo. @type {{ element: Element, run(): unknown }[]} */
const undos = [];

/**
 * toast("“Fix the form” completed.", { about: "task", action: { label: "Undo", run } }) shows a message for 10 seconds.
 * The new message replaces an earlier message with the same `about`. Without an
 * `about`, the new message replaces an earlier message with the same text.
 * A message of the kind "bad" stays until it is dismissed or newer messages take its place.
 *
 * @param {string} text
 * @param {{ kind?: string, about?: string, action?: ToastAction | null }} [options]
 */
export function toast(text, { kind = "", about = "", action = null } = {}) {
  const element = h(
    "div",
    { class: `toast ${kind}`, data: { about } },
    h("span", {}, text),
    actionButton(action, () => element.remove()),
  );
  element.append(closeButton(() => element.remove()));
  const place = region();
  for (const shown of [...place.children].filter((one) => one instanceof HTMLElement && isReplaced(one, about, text)))
    shown.remove();
  place.append(element);
  while (place.children.length > MOST) place.firstElementChild?.remove();
  if (action?.label === "Undo") {
    undos.push({ element, run: action.run });
    // Adding the same listener again has no effect.
    document.addEventListener("keydown", undoByKey);
  }
  announce(text);
  if (kind !== "bad") leaveLater(element);
  return element;
}

/**
 * @param {HTMLElement} shown
 * @param {string} about
 * @param {string} text
 */
function isReplaced(shown, about, text) {
  return about ? shown.dataset.about === about : shown.firstElementChild?.textContent === text;
}

/** @param {KeyboardEvent} event */
function undoByKey(event) {
  const isUndo =
    (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
  const isTyping = closest(event, "input:not([type=checkbox], [type=radio]), textarea, [contenteditable]");
  if (!isUndo || isTyping) return;
  while (undos.length > 0 && !undos.at(-1)?.element.isConnected) undos.pop();
  const last = undos.pop();
  if (!last) return;
  event.preventDefault();
  last.element.remove();
  last.run();
}

/**
 * @param {ToastAction | null} action
 * @param {() => void} done
 */
function actionButton(action, done) {
  if (!action) return null;
  const run = () => {
    done();
    action.run();
  };
  return h("button", { type: "button", class: "link-button", on: { click: run } }, action.label);
}

/** @param {() => void} close */
function closeButton(close) {
  return h(
    "button",
    { type: "button", class: "icon-button", on: { click: close } },
    icon("close"),
    hiddenText("Dismiss"),
  );
}

/**
 * Remove the message after a while, but never while the pointer or the focus is in it.
 *
 * @param {HTMLElement} element
 */
function leaveLater(element) {
  setTimeout(async () => {
    await released();
    if (element.matches(":hover, :focus-within")) leaveLater(element);
    else element.remove();
  }, STAYS);
}

function region() {
  const place = topLayer();
  const messages =
    document.querySelector(".toasts") ?? h("div", { class: "toasts", role: "region", "aria-label": "Messages" });
  if (messages.parentElement !== place) place.append(messages);
  return messages;
}
