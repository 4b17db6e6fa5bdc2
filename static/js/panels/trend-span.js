/* Choose the days of the trend: 30, 42, 90 or 365 days back, since camp began, all, or from one date to another. */

import { before } from "../core/days.js";
import { h } from "../core/dom.js";
import { route } from "../core/route.js";

export const SPAN_KEYS = ["trend.days", "trend.from", "trend.to"];
const FREE = "free";
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * @param {Api["PardotConfig"]["camp"] | undefined} camp
 * @param {string} today
 * @returns {Option[]}
 */
export function spans(camp, today) {
  return [
    ["30", "30 days"],
    ["42", "6 weeks"],
    ["90", "90 days"],
    ["365", "A year"],
    ...(hasBegun(camp, today) ? [/** @type {const} */ (["camp", "Since camp began"])] : []),
    ["all", "All days"],
    [FREE, "From … to"],
  ];
}

/**
 * Return the first and last day to request; null means no limit. Days in the wrong order are swapped.
 *
 * @param {string} span
 * @param {string} today
 * @param {Api["PardotConfig"]["camp"] | undefined} camp
 * @returns {{ from: string | null, to: string | null }}
 */
export function daysOf(span, today, camp) {
  if (span === "all") return { from: null, to: null };
  if (span === "camp" && camp) return { from: camp.start, to: null };
  if (span !== FREE) return { from: before(today, Number(span)), to: null };
  const [from, to] = ["trend.from", "trend.to"].map((key) => (DAY.test(route.get(key)) ? route.get(key) : ""));
  const days = [from || before(today, 42), to || today].sort();
  return { from: days[0], to: days[1] };
}

/**
 * Return a form for the first and last day; null unless the chosen span is “From … to”.
 *
 * @param {string} span
 * @param {{ from: string | null, to: string | null }} days
 * @param {string} today
 */
export function freeSpan(span, { from, to }, today) {
  if (span !== FREE) return null;
  const first = dayField("From", from ?? "", today);
  const last = dayField("To", to ?? today, today);
  /** @param {SubmitEvent} event */
  const show = (event) => {
    event.preventDefault();
    route.set({ "trend.from": first.input.value, "trend.to": last.input.value });
  };
  return h(
    "form",
    { class: "row trend-span", on: { submit: show } },
    first.element,
    last.element,
    h("button", { type: "submit", class: "button compact" }, "Show"),
  );
}

/**
 * @param {string} label
 * @param {string} value
 * @param {string} today
 */
function dayField(label, value, today) {
  const input = h("input", { type: "date", value, max: today, required: true });
  return { input, element: h("label", { class: "row" }, label, input) };
}

/**
 * @param {Api["PardotConfig"]["camp"] | undefined} camp
 * @param {string} today
 */
const hasBegun = (camp, today) => Boolean(camp?.start && camp.start <= today);
