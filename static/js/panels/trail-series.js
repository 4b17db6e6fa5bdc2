/* The lines of the trend, from daily snapshots. Days without a snapshot are gaps. */

import { everyDay } from "../core/days.js";

/**
 * Return every day from the first to the last snapshot: "2026-11-01", …
 *
 * @param {readonly { day: string }[]} snapshots
 */
export function allDays(snapshots) {
  return everyDay(snapshots[0].day, snapshots[snapshots.length - 1].day);
}

/**
 * @param {readonly string[]} days
 * @param {readonly Api["Snapshot"][]} snapshots
 */
export function scoreSeries(days, snapshots) {
  return [{ name: "Score", values: valuesOf(days, snapshots, (snapshot) => snapshot.health_score) }];
}

/**
 * @param {readonly string[]} days
 * @param {readonly Api["Snapshot"][]} snapshots
 * @param {(area: string) => string} nameOf
 */
export function areaSeries(days, snapshots, nameOf) {
  const areas = new Set(snapshots.flatMap((snapshot) => Object.keys(snapshot.area_scores)));
  return [...areas].sort().map((area) => ({
    name: nameOf(area),
    values: valuesOf(days, snapshots, (snapshot) => snapshot.area_scores[area] ?? null),
  }));
}

/**
 * Return a line for each area: the sum of its issues' counts by day. Issues that are percentages are left out.
 *
 * @param {readonly string[]} days
 * @param {readonly Api["Snapshot"][]} snapshots
 * @param {readonly Api["IssueItem"][]} issues
 * @param {(area: string) => string} nameOf
 */
export function issueSeries(days, snapshots, issues, nameOf) {
  const countable = issues.filter((issue) => !issue.is_percentage);
  return areasOf(countable).map((area) => {
    const keys = countable.filter((issue) => issue.area === area).map((issue) => issue.key);
    return {
      name: nameOf(area),
      values: valuesOf(days, snapshots, ({ issue_counts: counts }) => sum(keys.map((key) => counts[key]))),
    };
  });
}

/** @param {readonly Api["IssueItem"][]} issues */
function areasOf(issues) {
  return [...new Set(issues.map((issue) => issue.area))].sort();
}

/** @param {readonly Maybe<number>[]} values */
function sum(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

/**
 * @template {{ day: string }} Snapshot
 * @param {readonly string[]} days
 * @param {readonly Snapshot[]} snapshots
 * @param {(snapshot: Snapshot) => number | null} value
 */
export function valuesOf(days, snapshots, value) {
  const byDay = new Map(snapshots.map((snapshot) => [snapshot.day, snapshot]));
  return days.map((day) => {
    const snapshot = byDay.get(day);
    return snapshot ? value(snapshot) : null;
  });
}
