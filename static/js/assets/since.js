/* A column and filters for the day since which an asset has an issue. */

import { before } from "../core/days.js";
import { h } from "../core/dom.js";
import { day, sinceDay } from "../core/format.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { time } from "../ui/parts.js";
import { SINCE } from "./definitions.js";

const MONDAY = 1;

/** @typedef {{ since: Record<string, string | null>, exempt: readonly string[] }} SinceRow */

/**
 * Return the days that the filter "New" offers: the days of `comparedDays`, 7 days ago and 30 days ago.
 *
 * @returns {Promise<readonly Option[]>}
 */
export async function sinceOptions() {
  const briefing = await shared("briefing");
  const { date: today } = briefing;
  const days = new Set([...comparedDays(briefing), before(today, 7), before(today, 30)]);
  return [...days].map((one) => optionOf(one, today));
}

/**
 * Return the days to compare today with: the days of the last snapshot before today and of the last snapshot that is at
 * least 7 days old. On a Monday after a sync on the weekend, Friday is one of these days too.
 *
 * @param {Pick<Api["Briefing"], "date" | "yesterday" | "last_week">} briefing
 */
export function comparedDays({ date: today, yesterday, last_week: lastWeek }) {
  const friday = new Date(today).getUTCDay() === MONDAY ? before(today, 3) : undefined;
  const days = [yesterday?.day, yesterday && yesterday.day > (friday ?? today) ? friday : undefined, lastWeek?.day];
  return [...new Set(days.filter((day) => day !== undefined))];
}

/**
 * @param {string} one
 * @param {string} today
 * @returns {Option}
 */
export function optionOf(one, today) {
  const words = sinceDay(one, today);
  return [one, words.charAt(0).toUpperCase() + words.slice(1)];
}

/**
 * Return the filter "New", and the filter "Fixed" if it is set in the address. key: the table's key in the address.
 *
 * @param {string} key
 * @param {readonly Option[]} options
 * @returns {Filter<unknown>[]}
 */
export function sinceFilters(key, options) {
  const fixed = route.get(`${key}.fixed`);
  // A link may lead to another day while the table is shown, so the options are made each time.
  const newOptions = () => withDay(options, route.get(`${key}.new`));
  /** @type {Filter<unknown>[]} */
  const filters = [{ key: "new", label: "New", options: newOptions }];
  if (fixed) filters.push({ key: "fixed", label: "Fixed", options: withDay(options, fixed) });
  return filters;
}

/**
 * Add the day in the address to the options, unless they have it already.
 *
 * @param {readonly Option[]} options
 * @param {string} chosen
 * @returns {readonly Option[]}
 */
function withDay(options, chosen) {
  if (!chosen || options.some(([value]) => value === chosen)) return options;
  return [...options, [chosen, `Since ${day(chosen)}`]];
}

/**
 * Return the filters "New" and "Fixed" as parameters of the endpoint.
 *
 * @param {Record<string, string>} filters
 */
export function sinceParams({ new: added, fixed }) {
  return { new_since: added, fixed_since: fixed };
}

/**
 * Return the column "Since". It shows the first day of the issue that the table is filtered by. Without this filter, it
 * shows the first day of the newest issue without an exemption. key: the table's key in the address.
 *
 * @param {string} key
 * @returns {Column<SinceRow>}
 */
export function sinceColumn(key) {
  /** @param {SinceRow} row */
  const sinceOf = (row) => latest(row, route.get(`${key}.flag`));
  return {
    key: "since",
    label: "Since",
    about: SINCE,
    className: "tight",
    first: "desc",
    search: false,
    value: (row) => sinceOf(row) ?? null,
    show: (row) => {
      const since = sinceOf(row);
      if (since === null) return h("span", { title: "The first day was not recorded" }, "Earlier");
      return time(since);
    },
  };
}

/**
 * Return the first day of the issue `flag` in this row. If the row does not have this issue, return the first day of
 * its newest issue without an exemption. Undefined means that there is no such issue, null that the first day was not
 * recorded.
 *
 * @param {SinceRow} row
 * @param {string} flag
 * @returns {string | null | undefined}
 */
export function latest({ since, exempt }, flag) {
  if (Object.hasOwn(since, flag)) return since[flag];
  const days = Object.keys(since)
    .filter((one) => !exempt.includes(one))
    .map((one) => since[one]);
  const known = days.filter((one) => one !== null).sort();
  return days.length ? (known.at(-1) ?? null) : undefined;
}
