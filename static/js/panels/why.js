/* Where the points went: by area, and how the areas stand to one another. */

import { h } from "../core/dom.js";
import { number, points, toneOf } from "../core/format.js";
import { listed } from "../core/names.js";
import { panel } from "../core/panel.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { bars } from "../charts/bars.js";
import { radar } from "../charts/radar.js";

export default panel({
  lines: 7,
  uses: ["exemptions", "config"],
  load: () => Promise.all([shared("health-score"), shared("briefing"), shared("issues")]),
  noData: ([health]) => health.overall === null,
  render: ([health, briefing, { issues }]) => [
    h("p", { class: "why-sentence" }, sentence(health.by_area, issues)),
    h("div", { class: "why-charts" }, lost(health.by_area), balance(health.by_area, briefing.last_week)),
  ],
});

/**
 * "Prospects cost 1.8 of the 2.5 points that are missing, most of all by: Prospects not linked to Salesforce: 36.4 %."
 *
 * @param {readonly Api["AreaScoreOut"][]} areas
 * @param {readonly Api["IssueItem"][]} issues
 */
function sentence(areas, issues) {
  const [worst] = byLoss(areas);
  if (!worst?.points_lost) return "No area loses points.";
  const all = areas.reduce((sum, area) => sum + (area.points_lost ?? 0), 0);
  const top = issues.find((issue) => issue.area === worst.area && issue.count);
  const link = top && h("a", { href: rowsOfIssue(top) }, top.title);
  return [
    h("strong", {}, `${worst.label} cost ${points(worst.points_lost)} of the ${points(all)} points that are missing`),
    link ? [", most of them by this: ", link, "."] : ".",
  ];
}

/** @param {readonly Api["AreaScoreOut"][]} areas */
function byLoss(areas) {
  return [...areas].sort((a, b) => (b.points_lost ?? -1) - (a.points_lost ?? -1));
}

/** @param {readonly Api["AreaScoreOut"][]} areas */
function lost(areas) {
  const without = areas.filter((area) => area.score === null).map((area) => area.label);
  const rows = byLoss(areas).map((area) => ({
    label: area.label,
    value: area.points_lost,
    tone: toneOf(area.score),
    href: rowsOf(area.area),
    note: area.grade ? `grade ${area.grade}` : "no data",
  }));
  return h(
    "div",
    { class: "stack" },
    bars({
      title: "Points lost by area",
      caption: true,
      unit: "Points",
      rows,
      format: points,
      max: Math.max(0.01, ...rows.map((row) => row.value ?? 0)),
    }),
    without.length > 0 && h("p", { class: "small soft" }, `No data yet, and so not counted: ${listed(without, 8)}.`),
  );
}

/**
 * @param {readonly Api["AreaScoreOut"][]} areas
 * @param {Api["Snapshot"] | null} lastWeek
 */
function balance(areas, lastWeek) {
  const before = lastWeek && areas.map((area) => lastWeek.area_scores[area.area] ?? null);
  const title = lastWeek ? "Scores by area, dashed: a week ago" : "Scores by area";
  return radar({
    title,
    caption: true,
    axes: areas.map((area) => ({ label: area.label, value: area.score })),
    before,
    beforeLabel: "A week ago",
    format: number,
  });
}
