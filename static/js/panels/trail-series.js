/* The lines of the trend, from the snapshots of days. Days without one are gaps. */

import { everyDay } from "../core/days.js";

/** Every day from the first to the last snapshot: "2026-11-01", … */
export function allDays(snapshots) {
  return everyDay(snapshots[0].day, snapshots.at(-1).day);
}

export function scoreSeries(days, snapshots) {
  return [{ name: "Score", values: valuesOf(days, snapshots, (snapshot) => snapshot.health_score) }];
}

export function areaSeries(days, snapshots, issues, nameOf) {
  return areasOf(issues).map((area) => ({
    name: nameOf(area),
    values: valuesOf(days, snapshots, (snapshot) => snapshot.area_scores[area] ?? null),
  }));
}

/** How many faults each area has; a share of prospects is no number of them. */
export function issueSeries(days, snapshots, issues, nameOf) {
  const counted = issues.filter((issue) => !issue.is_percentage);
  return areasOf(counted).map((area) => {
    const keys = counted.filter((issue) => issue.area === area).map((issue) => issue.key);
    return {
      name: nameOf(area),
      values: valuesOf(days, snapshots, ({ issue_counts: counts }) => sum(keys.map((key) => counts[key]))),
    };
  });
}

function areasOf(issues) {
  return [...new Set(issues.map((issue) => issue.area))].sort();
}

function sum(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

function valuesOf(days, snapshots, value) {
  const byDay = new Map(snapshots.map((snapshot) => [snapshot.day, snapshot]));
  return days.map((day) => (byDay.has(day) ? value(byDay.get(day)) : null));
}
