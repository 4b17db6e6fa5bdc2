/* A word about what has just been done. */

import { announce, topLayer } from "../core/announce.js";
import { h, hiddenText, icon } from "../core/dom.js";

const STAYS = 6000;

/**
 * toast("Task made.", { action: { label: "Undo", run } }). Bad news and offers stay until they are sent away.
 *
 * @param {string} text
 * @param {{ kind?: string, action?: ToastAction | null }} [options]
 */
export function toast(text, { kind = "", action = null } = {}) {
  const element = h(
    "div",
    { class: `toast ${kind}` },
    h("span", {}, text),
    actionButton(action, () => element.remove()),
  );
  element.append(closeButton(() => element.remove()));
  region().append(element);
  announce(text);
  if (!action && kind !== "bad") leaveLater(element);
  return element;
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
 * Not while somebody points at it or has the focus in it.
 *
 * @param {HTMLElement} element
 */
function leaveLater(element) {
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) leaveLater(element);
    else element.remove();
  }, STAYS);
}

function region() {
  const place = topLayer();
  const found =
    document.querySelector(".toasts") ?? h("div", { class: "toasts", role: "region", "aria-label": "Messages" });
  if (found.parentElement !== place) place.append(found);
  return found;
}
