/* Show the recent days of a number as a small line, and its change since about a week ago. */

import { optional } from "../core/api.js";
import { before, dayIn, daysBetween } from "../core/days.js";
import { h } from "../core/dom.js";
import { sinceDay } from "../core/format.js";
import { shared } from "../core/shared.js";
import { sparkline } from "../charts/sparkline.js";
import { delta } from "../ui/parts.js";
import { allDays, valuesOf } from "./trail-series.js";

/** @typedef {(snapshot: Api["Snapshot"]) => number | null} Pick */

const SPAN = 45;

/**
 * Return the days from the first to the last snapshot of the last SPAN days; no days if the snapshots cannot be loaded.
 * SPAN is counted back from the reader's date, which may be one day off the server's date. Asking the server for its
 * date would delay the first view by another request.
 *
 * @returns {Promise<Recent>}
 */
export async function recentDays() {
  const [briefing, trail] = await Promise.all([
    optional(shared("briefing")),
    optional(shared("trail", { from: before(dayIn(), SPAN) })),
  ]);
  const snapshots = trail?.snapshots ?? [];
  const days = snapshots.length ? allDays(snapshots) : [];
  return { days, snapshots, lastWeek: briefing?.last_week ?? null, since: sinceLastWeek(briefing) };
}

/**
 * Name the snapshot `last_week`, which may be older than a week: "since Wed, Nov 25". Return "" when it is a week old.
 *
 * @param {Api["Briefing"] | null} briefing
 */
export function sinceLastWeek(briefing) {
  const day = briefing?.last_week?.day;
  return day && daysBetween(day, briefing.date) !== 7 ? sinceDay(day, briefing.date) : "";
}

/**
 * Return a small line; null while fewer than two days have a value.
 *
 * @param {Recent} recent
 * @param {string} name
 * @param {Pick} pick
 */
export function recentLine({ days, snapshots }, name, pick) {
  return sparkline({ name: `${name}, ${days.length} days`, values: valuesOf(days, snapshots, pick) });
}

/**
 * Return the change since the latest snapshot that is at least a week old; null if one of the two values is missing.
 *
 * @param {Recent} recent
 * @param {Maybe<number>} now
 * @param {Pick} pick
 */
export function weekChange({ lastWeek }, now, pick) {
  const then = lastWeek && pick(lastWeek);
  return then === null || now === null || now === undefined ? null : Math.round((now - then) * 100) / 100;
}

/**
 * Return the small line with the change since `lastWeek` below it; null without a line.
 *
 * @param {Recent} recent
 * @param {{ name: string, now: Maybe<number>, pick: Pick, better?: "up" | "down" }} options
 */
export function recentTrend(recent, { name, now, pick, better = "up" }) {
  const line = recentLine(recent, name, pick);
  if (!line) return null;
  return h(
    "span",
    { class: "recent" },
    line,
    delta(weekChange(recent, now, pick), recent.since || "in a week", { better }),
  );
}

/**
 * @param {string} key
 * @returns {Pick}
 */
export const issueCount = (key) => (snapshot) => snapshot.issue_counts[key] ?? null;
