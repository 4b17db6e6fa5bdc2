/* Format numbers, days and words for people. A missing value is a dash, never a zero. */

export const MISSING = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const dayNames = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const shortDays = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", timeZone: "UTC" });
const MONDAY = 1;
const weekdays = new Intl.DateTimeFormat("en-US", { weekday: "long", timeZone: "UTC" });
const namedDays = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const namedDaysOfYears = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const namedMoments = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const moments = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });
/** The mean length of a month: twelve of them are a year. */
const MONTH = 2_629_800;
/**
 * Each unit of an age: its length in seconds, and the age from which it is used. The same as in outgoing/ages.py.
 *
 * @type {[Intl.RelativeTimeFormatUnit, number, number][]}
 */
const STEPS = [
  ["year", 12 * MONTH, 24 * MONTH],
  ["month", MONTH, MONTH],
  ["day", 86_400, 86_400],
  ["hour", 3600, 3600],
  ["minute", 60, 60],
];
const relative = new Intl.RelativeTimeFormat("en-US", { numeric: "always" });

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
 * 12.345 → "12.3%", 36 → "36%": every percentage, as in pardot/reports/wording.py.
 *
 * @param {Maybe<number>} value
 */
export function percent(value) {
  return isMissing(value) ? MISSING : `${fine.format(value)}%`;
}

/**
 * Return the count of an issue, which for some issues is a percentage.
 *
 * @param {Maybe<number>} count
 * @param {boolean} isPercentage
 */
export function amount(count, isPercentage) {
  return isPercentage ? percent(count) : number(count);
}

/**
 * Points of the score: 12.345 → "12.3", 5 → "5.0", 0.1234 → "0.12", 0.001 → "<0.01", −2 → "−2.0".
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
 * Return "2026-11-22", or a timestamp, as "Nov 22, 2026".
 *
 * @param {Maybe<string>} value
 */
export function day(value) {
  return isMissing(value) ? MISSING : dayNames.format(new Date(value));
}

/**
 * Return "Nov 22".
 *
 * @param {Maybe<string | number>} value
 */
export function shortDay(value) {
  return isMissing(value) ? MISSING : shortDays.format(new Date(value));
}

/**
 * Name the day of a comparison: "since yesterday", on a Monday "since Friday", "since Wed, Nov 25". The digest uses
 * the same rule: `since_day` of pardot/reports/wording.py.
 *
 * @param {string} day
 * @param {string} today
 */
export function sinceDay(day, today) {
  const [then, now] = [new Date(day), new Date(today)];
  const distance = Math.round((now.getTime() - then.getTime()) / 86_400_000);
  if (distance === 1) return "since yesterday";
  if (now.getUTCDay() === MONDAY && (distance === 2 || distance === 3)) return `since ${weekdays.format(then)}`;
  return `since ${(day.slice(0, 4) === today.slice(0, 4) ? namedDays : namedDaysOfYears).format(then)}`;
}

/**
 * Return a timestamp in the reader's time zone: "Nov 22, 2026, 8:03 AM".
 *
 * @param {Maybe<string>} value
 */
export function moment(value) {
  return isMissing(value) ? MISSING : moments.format(new Date(value));
}

/**
 * Return a timestamp in the reader's time zone: "Sun, Nov 22, 2026, 8:03 AM".
 *
 * @param {string} value
 */
export function namedMoment(value) {
  return namedMoments.format(new Date(value));
}

/**
 * Return how long ago a timestamp was, in the largest whole unit: "3 hours ago", "15 months ago".
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
 * plural(2, "form") → "2 forms"; plural(1, "campaign has", "campaigns have").
 *
 * @param {Maybe<number>} count
 * @param {string} one
 * @param {string} [many]
 */
export function plural(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}
