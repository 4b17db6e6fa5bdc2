/* The days since which assets have their issues: a column, and filters. */

import { before } from "../core/days.js";
import { h } from "../core/dom.js";
import { day, sinceDay } from "../core/format.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { time } from "../ui/parts.js";
import { SINCE } from "./definitions.js";

const MONDAY = 1;

/** @typedef {{ since: Record<string, string | null>, exempt: readonly string[] }} Found */

/**
 * Return the days that "new since" offers: the last sync before today, a week ago, a month ago.
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
 * Return the days to compare today with: the last sync before today, on a Monday after a weekend sync also Friday, and
 * a week ago.
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
 * Return the filters "New" and, when the address asks for it, "Fixed". `key` is the table's.
 *
 * @param {string} key
 * @param {readonly Option[]} options
 * @returns {Filter<unknown>[]}
 */
export function sinceFilters(key, options) {
  const [added, fixed] = [route.get(`${key}.new`), route.get(`${key}.fixed`)];
  /** @type {Filter<unknown>[]} */
  const filters = [{ key: "new", label: "New", options: withDay(options, added) }];
  if (fixed) filters.push({ key: "fixed", label: "Fixed", options: withDay(options, fixed) });
  return filters;
}

/**
 * Add the day in the address to the options, if it is missing there.
 *
 * @param {readonly Option[]} options
 * @param {string} wanted
 * @returns {readonly Option[]}
 */
function withDay(options, wanted) {
  if (!wanted || options.some(([value]) => value === wanted)) return options;
  return [...options, [wanted, `Since ${day(wanted)}`]];
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
 * Return the column with the first day of the newest issue that counts, or of the issue that is filtered by.
 *
 * @param {string} key
 * @returns {Column<Found>}
 */
export function sinceColumn(key) {
  /** @param {Found} row */
  const found = (row) => latest(row, route.get(`${key}.flag`));
  return {
    key: "since",
    label: "Since",
    about: SINCE,
    className: "tight",
    first: "desc",
    search: false,
    value: (row) => found(row) ?? null,
    show: (row) => {
      const since = found(row);
      if (since === null) return h("span", { title: "Older than the record of first days" }, "Earlier");
      return time(since);
    },
  };
}

/**
 * Return the day; undefined without an issue, null for an issue that is older than the ledger of findings.
 *
 * @param {Found} row
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
