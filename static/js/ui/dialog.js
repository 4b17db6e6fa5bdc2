/* Dialogs and drawers: native <dialog>, which keeps the focus inside and gives it back. */

import { sessionBarOnTop } from "../core/session.js";
import { findAll, freshId, h, hiddenText, icon, replace } from "../core/dom.js";

/**
 * Open a modal dialog. Return { element, body, close(result), sendAway(), retitle(text), closed }.
 *
 * Options:
 *
 * - body: nodes.
 * - actions: nodes for the line of buttons.
 * - drawer: true to open the dialog at the side, over the full height.
 * - wide: true for more room.
 * - mayClose(): called before the user closes the dialog; returns true, false, or a promise of a boolean.
 *
 * Result:
 *
 * - sendAway(): closes the dialog if mayClose() allows it.
 * - closed: a promise of the argument of close(); undefined after Escape, × or a click beside the dialog.
 *
 * @param {DialogOptions} options
 * @returns {Dialog}
 */
export function openDialog({ title, body = [], actions = [], drawer = false, wide = false, mayClose = () => true }) {
  const titleId = freshId("dialog");
  const content = h("div", { class: "dialog-body" });
  replace(content, body);
  const kind = [drawer && "drawer", wide && "wide"].filter(Boolean).join(" ");
  const element = h("dialog", { class: kind || null, "aria-labelledby": titleId });
  /** @type {unknown} */
  let result;
  /** @param {unknown} [value] */
  const close = (value) => {
    result = value;
    element.close();
  };
  const sendAway = async () => (await mayClose()) && close();
  const dismiss = h(
    "button",
    { type: "button", class: "icon-button", on: { click: sendAway } },
    icon("close"),
    hiddenText("Close"),
  );
  const heading = h("h2", { id: titleId }, title);
  element.append(h("header", { class: "dialog-header" }, heading, dismiss), content);
  if (actions.length) element.append(h("footer", { class: "dialog-actions" }, actions));
  document.body.append(element);
  closeByClickBeside(element, sendAway);
  element.addEventListener("cancel", (event) => {
    if (event.target !== element) return;
    event.preventDefault();
    sendAway();
  });
  const closed = new Promise((resolve) =>
    element.addEventListener("close", () => resolve(leave(element, () => result))),
  );
  element.showModal();
  sessionBarOnTop();
  return { element, body: content, close, sendAway, retitle: (text) => replace(heading, text), closed };
}

/**
 * Ask a question. Resolve to true if the user agreed. signal: closes the question, which then needs no answer.
 *
 * Example: confirm({ title, text, yes: "Delete", danger: true }).
 *
 * @param {{ title: string, text: string, yes?: string, no?: string, danger?: boolean, signal?: AbortSignal }} question
 * @returns {Promise<boolean>}
 */
export async function confirm({ title, text, yes = "Yes", no = "Cancel", danger = false, signal }) {
  const no_ = h("button", { type: "button", class: "button", on: { click: () => dialog.close(false) } }, no);
  const yes_ = h(
    "button",
    { type: "button", class: danger ? "button danger" : "button primary", on: { click: () => dialog.close(true) } },
    yes,
  );
  const dialog = openDialog({ title, body: h("p", {}, text), actions: [no_, yes_] });
  no_.focus();
  signal?.addEventListener("abort", () => dialog.close(false));
  return (await dialog.closed) === true;
}

/**
 * @param {HTMLDialogElement} element
 * @param {() => unknown} sendAway
 */
function closeByClickBeside(element, sendAway) {
  let pressedBeside = false;
  element.addEventListener(
    "pointerdown",
    (event) => (pressedBeside = event.target === element && isBeside(element, event)),
  );
  element.addEventListener(
    "click",
    (event) => pressedBeside && event.target === element && isBeside(element, event) && sendAway(),
  );
}

/**
 * @param {Element} element
 * @param {MouseEvent} event
 */
function isBeside(element, { clientX, clientY }) {
  const box = element.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/**
 * @template Result
 * @param {HTMLDialogElement} element
 * @param {() => Result} result
 */
function leave(element, result) {
  // Messages that were moved into the dialog must survive it.
  for (const message of findAll(element, ".toasts, #announcer, #session-bar")) document.body.append(message);
  element.remove();
  sessionBarOnTop();
  return result();
}
