/* Colors of scores, by the team's grades. A color always has the number or grade beside it. */

import { optional } from "./api.js";
import { shared } from "./shared.js";

/**
 * Return a function from a score to its color. It gives no color when the grades could not be loaded.
 *
 * @returns {Promise<ToneOf>}
 */
export async function tones() {
  const config = await optional(shared("config"));
  return tonesBy(config?.grade_thresholds ?? []);
}

/**
 * The lowest grade is bad. Of the other grades, the upper half (rounded up) is good: A and B in the scale from A to F.
 *
 * @param {readonly { minimum: number }[]} thresholds the highest grade first
 * @returns {ToneOf}
 */
export function tonesBy(thresholds) {
  const better = thresholds.slice(0, -1).map(({ minimum }) => minimum);
  const good = better[Math.ceil(better.length / 2) - 1] ?? 0;
  const fair = better[better.length - 1] ?? 0;
  return (score) => {
    if (score === null || score === undefined || !thresholds.length) return "";
    if (score >= good) return "good";
    return score >= fair ? "warn" : "bad";
  };
}
