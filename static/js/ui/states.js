/* The states of a panel without content: loading, waiting, empty, failed. */

import { ApiError } from "../core/api.js";
import { sessionBack } from "../core/session.js";
import { h, hiddenText, icon } from "../core/dom.js";

export const NOT_ARRIVED = "This part of the page could not be loaded.";

/**
 * Return gray lines, shown while a panel loads.
 *
 * @param {number} [lines]
 */
export function loading(lines = 3) {
  const bars = Array.from({ length: lines }, () => h("span", { "aria-hidden": "true" }));
  return h("div", { class: "skeleton" }, hiddenText("Loading…"), bars);
}

/**
 * Return a short text and gray lines, shown while the server is down. core/outage.js shows one banner for the page.
 *
 * @param {number} [lines]
 */
export function waiting(lines = 3) {
  const bars = Array.from({ length: lines }, () => h("span", { "aria-hidden": "true" }));
  return h("div", { class: "skeleton waiting" }, h("p", { class: "soft small" }, "Waiting for the server…"), bars);
}

/**
 * Return the state of a panel that has loaded and has nothing to show.
 *
 * @param {string} sentence
 * @param {{ title?: string, action?: Child, sign?: string }} [options]
 */
export function empty(sentence, { title = "", action = null, sign = "tent" } = {}) {
  return state("empty", sign, title, h("p", {}, sentence), action);
}

/**
 * Return the state of a table in which no row matches: a sentence, a similar spelling, and buttons that clear the
 * search and the filters.
 *
 * @param {{ sentence: (string | false)[], didYouMean?: Maybe<string>, search(text: string): void,
 *   clearSearch: (() => void) | null, clearFilters: (() => void) | null }} result
 */
export function nothingFound({ sentence, didYouMean, search, clearSearch, clearFilters }) {
  /** @type {(label: string, click: (() => void) | null) => Child} */
  const button = (label, click) => click && h("button", { type: "button", class: "button", on: { click } }, label);
  const other =
    didYouMean &&
    h("button", { type: "button", class: "link-button", on: { click: () => search(didYouMean) } }, didYouMean);
  return state(
    "empty",
    "search",
    "",
    h("p", {}, `${sentence.filter(Boolean).join(" ")}.`),
    other && h("p", {}, "Did you mean ", other, "?"),
    h("div", { class: "row" }, button("Clear search", clearSearch), button("Clear filters", clearFilters)),
  );
}

/**
 * Return the state of a panel that could not be loaded: the error, and a button to try again.
 *
 * @param {unknown} error
 * @param {() => unknown} [retry]
 */
export function failed(error, retry) {
  const known = error instanceof ApiError ? error : null;
  if (known?.status === 401 && retry) sessionBack().then(() => retry());
  const sentence = known?.message ?? "This part of the page failed. Refresh the page; if it fails again, report it.";
  const reference = known && known.status >= 500 && known.requestId;
  return state(
    "failed",
    "warning",
    "Couldn't load",
    h("p", {}, sentence),
    reference && h("p", { class: "small" }, "For a report: ", h("code", {}, reference)),
    retry && h("button", { type: "button", class: "button", on: { click: retry } }, icon("refresh"), "Try again"),
  );
}

/** Return the state of a part whose module failed to load. Browsers may remember the failure until a reload. */
export function notArrived() {
  const again = h(
    "button",
    { type: "button", class: "button", on: { click: () => location.reload() } },
    icon("refresh"),
    "Refresh the page",
  );
  return state("failed not-arrived", "warning", "Couldn't load", h("p", {}, `${NOT_ARRIVED} Refresh the page.`), again);
}

/**
 * @param {string} kind
 * @param {string} sign
 * @param {string} title
 * @param {...Child} children
 */
export function state(kind, sign, title, ...children) {
  return h("div", { class: `state ${kind}` }, icon(sign), title && h("p", { class: "state-title" }, title), children);
}
