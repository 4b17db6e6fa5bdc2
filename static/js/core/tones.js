/* Colors of scores, by the grades that the team has set. The number or grade is always beside a color. */

import { optional } from "./api.js";
import { shared } from "./shared.js";

/**
 * Return the colors by the current grades; none where these could not be loaded.
 *
 * @returns {Promise<ToneOf>}
 */
export async function tones() {
  const config = await optional(shared("config"));
  return tonesBy(config?.grade_thresholds ?? []);
}

/**
 * The lowest grade is bad, of the others the upper half is good: of A to F these are A and B.
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
