/* Forecast the score on the last day of camp, with a straight line through the last weeks. */

import { daysBetween, everyDay } from "../core/days.js";

/**
 * The line is fitted to the scores of the last WINDOW days. It needs LEAST_DAYS scores, the earliest at least LEAST_SPAN
 * days before the latest snapshot.
 */
export const WINDOW = 28;
const LEAST_DAYS = 10;
const LEAST_SPAN = 14;

/**
 * Return the forecast. Return null if the scores are too few or too recent, or if the last day of camp is unknown or not
 * after the latest snapshot.
 *
 * @param {readonly { day: string, health_score: number | null }[]} snapshots oldest first
 * @param {string | null} end the last day of camp
 * @returns {{ end: string, score: number, used: number, at: (day: string) => number, from: string } | null}
 */
export function forecast(snapshots, end) {
  const last = snapshots.at(-1)?.day;
  if (!last || !end || end <= last) return null;
  const known = snapshots.flatMap(({ day, health_score: score }) => {
    const x = daysBetween(last, day);
    return score !== null && x > -WINDOW ? [{ x, y: score }] : [];
  });
  if (known.length < LEAST_DAYS || -known[0].x < LEAST_SPAN) return null;
  const { slope, start } = line(known);
  /** @param {string} day */
  const at = (day) => Math.max(0, Math.min(100, start + slope * daysBetween(last, day)));
  return { end, score: Math.round(at(end)), used: known.length, at, from: last };
}

/**
 * Least squares: y = start + slope · x.
 *
 * @param {readonly { x: number, y: number }[]} points
 */
function line(points) {
  const mean = (/** @type {(point: { x: number, y: number }) => number} */ of) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) ** 2);
  const slope = mean((point) => (point.x - x) * (point.y - y)) / spread;
  return { slope, start: y - slope * x };
}

/**
 * Return the line's value on each of `days`; null before the latest snapshot and after camp.
 *
 * @param {NonNullable<ReturnType<typeof forecast>>} prediction
 * @param {readonly string[]} days
 */
export function forecastValues({ at, from, end }, days) {
  return days.map((day) => (day >= from && day <= end ? Number(at(day).toFixed(1)) : null));
}

/**
 * Return the shown days, followed by the days up to the end of camp. Return null if the last shown day is not the day
 * of the latest snapshot, or if the days that follow would be more than the shown days.
 *
 * @param {NonNullable<ReturnType<typeof forecast>>} prediction
 * @param {readonly string[]} days
 */
export function withForecast({ from, end }, days) {
  const ahead = daysBetween(from, end);
  return days.at(-1) === from && ahead <= days.length ? [...days, ...everyDay(from, end).slice(1)] : null;
}
