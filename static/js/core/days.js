/* Days as text, such as "2026-11-22". today() uses the server's time zone, which may differ from the reader's. */

import { shared } from "./shared.js";

const LENGTH = 86_400_000;
const here = formatIn(undefined);
/** The formats by time zone: making a format takes long, and a filter may need it for thousands of rows. */
const formats = new Map([["", here]]);

/** @param {string | undefined} zone */
function formatIn(zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
}

/**
 * Return today's date in the time zone. Without a zone, return the date in the reader's time zone.
 *
 * @param {string} [zone]
 */
export function dayIn(zone = "") {
  const format = formats.get(zone) ?? formatIn(zone);
  formats.set(zone, format);
  return format.format(new Date());
}

/**
 * Return today's date in the server's time zone, or in the reader's when the server's is unknown.
 *
 * @returns {Promise<string>}
 */
export async function today() {
  const { time_zone: zone } = await shared("config").catch(() => ({ time_zone: undefined }));
  return dayIn(zone);
}

/**
 * Return the day of a timestamp in the reader's time zone.
 *
 * @param {string} at
 */
export function dayOf(at) {
  return here.format(new Date(at));
}

/**
 * before("2026-11-22", 7) → "2026-11-15".
 *
 * @param {string} day
 * @param {number} count
 */
export function before(day, count) {
  return new Date(Date.parse(day) - count * LENGTH).toISOString().slice(0, 10);
}

/**
 * Return the number of days between two days; negative when `to` is earlier than `from`.
 *
 * @param {string} from
 * @param {string} to
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / LENGTH);
}

/**
 * Return every day from `from` to `to`, including both.
 *
 * @param {string} from
 * @param {string} to
 */
export function everyDay(from, to) {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => before(from, -index));
}

/**
 * Return the same day some months later. If that month is too short, return its last day.
 *
 * @param {string} day
 * @param {number} months
 */
export function inMonths(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}
