/* Turn numbers, dates and times into text for people. A missing value becomes a dash or "never", not a zero. */

export const MISSING = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
/** A day without a time. `Date` takes it for midnight in UTC. */
const DAY = /^\d{4}-\d\d-\d\d$/;
const dates = dayFormat({ day: "numeric", month: "short", year: "numeric" });
const shortDays = dayFormat({ day: "numeric", month: "short" });
const MONDAY = 1;
const weekdays = new Intl.DateTimeFormat("en-US", { weekday: "long", timeZone: "UTC" });
const daysWithWeekday = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const daysWithWeekdayAndYear = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const momentsWithWeekday = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const moments = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });
/** One twelfth of a mean year of 365.25 days. */
const SECONDS_A_MONTH = 2_629_800;
/**
 * The units of an age: the name, the length in seconds, and the age in seconds from which the unit is used.
 * outgoing/times.py has the same units, and also seconds.
 *
 * @type {[Intl.RelativeTimeFormatUnit, number, number][]}
 */
const STEPS = [
  ["year", 12 * SECONDS_A_MONTH, 24 * SECONDS_A_MONTH],
  ["month", SECONDS_A_MONTH, SECONDS_A_MONTH],
  ["day", 86_400, 86_400],
  ["hour", 3600, 3600],
  ["minute", 60, 60],
];
const relative = new Intl.RelativeTimeFormat("en-US", { numeric: "always" });

/**
 * Return a function that formats a day, or the day of a timestamp in the reader's time zone. Other text, which may come
 * from the address, stays as it is.
 *
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {(value: string) => string}
 */
function dayFormat(options) {
  const ofDay = new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
  const ofTimestamp = new Intl.DateTimeFormat("en-US", options);
  return (value) => {
    const at = new Date(value);
    return Number.isNaN(at.getTime()) ? value : (DAY.test(value) ? ofDay : ofTimestamp).format(at);
  };
}

/**
 * @param {unknown} value
 * @returns {value is null | undefined | ""}
 */
const isMissing = (value) => value === null || value === undefined || value === "";

/**
 * 12345.6 → "12,346".
 *
 * @param {Maybe<number>} value
 */
export function number(value) {
  return isMissing(value) ? MISSING : whole.format(value);
}

/**
 * 12.345 → "12.3".
 *
 * @param {Maybe<number>} value
 */
export function decimal(value) {
  return isMissing(value) ? MISSING : fine.format(value);
}

/**
 * 12.345 → "12.3%", 36 → "36%". `percent` in pardot/reports/wording.py has the same rule.
 *
 * @param {Maybe<number>} value
 */
export function percent(value) {
  return isMissing(value) ? MISSING : `${fine.format(value)}%`;
}

/**
 * Format the count of an issue: as a percentage for issues that are measured in percent.
 *
 * @param {Maybe<number>} count
 * @param {boolean} isPercentage
 */
export function amount(count, isPercentage) {
  return isPercentage ? percent(count) : number(count);
}

/**
 * Format points of the score: 12.345 → "12.3", 5 → "5.0", 0.1234 → "0.12", 0.001 → "<0.01", −2 → "−2.0".
 *
 * @param {Maybe<number>} value
 */
export function points(value) {
  if (isMissing(value)) return MISSING;
  if (value === 0) return "0";
  const [sign, size] = value < 0 ? ["−", -value] : ["", value];
  if (size < 0.005) return `${sign}<0.01`;
  return sign + (size >= 0.995 ? size.toFixed(1) : size.toFixed(2));
}

/**
 * 3 → "+3", −3 → "−3", 0 → "±0".
 *
 * @param {Maybe<number>} value
 */
export function signed(value) {
  if (isMissing(value)) return MISSING;
  if (value === 0) return "±0";
  return `${value > 0 ? "+" : "−"}${fine.format(Math.abs(value))}`;
}

/**
 * "2026-11-22", or a timestamp on this day in the reader's time zone → "Nov 22, 2026".
 *
 * @param {Maybe<string>} value
 */
export function day(value) {
  return isMissing(value) ? MISSING : dates(value);
}

/**
 * "2026-11-22", or a timestamp on this day in the reader's time zone → "Nov 22".
 *
 * @param {Maybe<string>} value
 */
export function shortDay(value) {
  return isMissing(value) ? MISSING : shortDays(value);
}

/**
 * Name the earlier day of a comparison: "since yesterday" or "since Wed, Nov 25". When today is a Monday, the Friday
 * and Saturday before it get no date: "since Friday". `format_since_day` in pardot/reports/wording.py has the same rule.
 *
 * @param {string} day
 * @param {string} today
 */
export function sinceDay(day, today) {
  const [then, now] = [new Date(day), new Date(today)];
  const distance = Math.round((now.getTime() - then.getTime()) / 86_400_000);
  if (distance === 1) return "since yesterday";
  if (now.getUTCDay() === MONDAY && (distance === 2 || distance === 3)) return `since ${weekdays.format(then)}`;
  return `since ${(day.slice(0, 4) === today.slice(0, 4) ? daysWithWeekday : daysWithWeekdayAndYear).format(then)}`;
}

/**
 * Format a timestamp in the reader's time zone: "Nov 22, 2026, 8:03 AM".
 *
 * @param {Maybe<string>} value
 */
export function moment(value) {
  return isMissing(value) ? MISSING : moments.format(new Date(value));
}

/**
 * Format a timestamp in the reader's time zone, with the weekday: "Sun, Nov 22, 2026, 8:03 AM".
 *
 * @param {string} value
 */
export function momentWithWeekday(value) {
  return momentsWithWeekday.format(new Date(value));
}

/**
 * Return how long ago a timestamp was, in one unit: "3 hours ago", "15 months ago", and years from 24 months on.
 *
 * @param {Maybe<string>} value
 * @param {number} [now]
 */
export function ago(value, now = Date.now()) {
  if (isMissing(value)) return "never";
  const seconds = (new Date(value).getTime() - now) / 1000;
  const step = STEPS.find(([, , from]) => Math.abs(seconds) >= from);
  return step ? relative.format(Math.trunc(seconds / step[1]), step[0]) : "just now";
}

/**
 * Return the beginning of a text, at most `length` long. No character is cut in two, such as 🏕, whose length is 2.
 *
 * @param {string} text
 * @param {number} length
 */
export function cut(text, length) {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}

/**
 * plural(2, "form") → "2 forms"; plural(1, "campaign has", "campaigns have").
 *
 * @param {Maybe<number>} count
 * @param {string} one
 * @param {string} [many]
 */
export function plural(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}
