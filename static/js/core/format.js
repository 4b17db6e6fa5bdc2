/* Numbers, days and words as people read them. Missing is a dash, never a zero. */

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
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
/** The mean length of a month: twelve of them are a year. */
const MONTH = 2_629_800;
const relative = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

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
 * 12.345 → "12.3%".
 *
 * @param {Maybe<number>} value
 */
export function percent(value) {
  return isMissing(value) ? MISSING : `${fine.format(value)}%`;
}

/**
 * 36 → "36.0%": for columns.
 *
 * @param {Maybe<number>} value
 */
export function tenths(value) {
  return isMissing(value) ? MISSING : `${value.toFixed(1)}%`;
}

/**
 * Points of the score: 12.345 → "12.3", 5 → "5.0", 0.1234 → "0.12", 0.001 → "<0.01".
 *
 * @param {Maybe<number>} value
 */
export function points(value) {
  if (isMissing(value)) return MISSING;
  if (value > 0 && value < 0.005) return "<0.01";
  if (value === 0) return "0";
  return value >= 0.995 ? value.toFixed(1) : value.toFixed(2);
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
 * The day of a comparison by name: "since yesterday", on a Monday "since Friday", "since Wed, Nov 25". The digest has
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
 * Return how long ago a timestamp was: "3 hours ago".
 *
 * @param {Maybe<string>} value
 * @param {number} [now]
 */
export function ago(value, now = Date.now()) {
  if (isMissing(value)) return "never";
  const seconds = (new Date(value).getTime() - now) / 1000;
  const months = Math.trunc(Math.abs(seconds) / MONTH);
  if (months >= 12 && seconds < 0)
    return months < 36 ? `${months}\u00a0mo ago` : `${Math.trunc(months / 12)}\u00a0years ago`;
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
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
