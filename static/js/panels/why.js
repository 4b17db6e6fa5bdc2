/* Each area's score, its change, and its cost in points. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { day, points } from "../core/format.js";
import { joinNames, sentenceCase } from "../core/names.js";
import { panel } from "../core/panel.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { tones } from "../core/tones.js";
import { scoreDefinition } from "../assets/definitions.js";
import { dots } from "../charts/dots.js";
import { about } from "../ui/about.js";
import { sinceLastWeek } from "./recent.js";

export default panel({
  lines: 7,
  uses: ["exemptions", "config"],
  load: () => Promise.all([shared("health-score"), optional(shared("briefing")), optional(shared("issues")), tones()]),
  noData: ([health]) => health.overall === null,
  render: ([health, briefing, answer, toneOf]) => [
    h(
      "p",
      { class: "why-sentence" },
      sentence(health.by_area, answer?.issues ?? []),
      " ",
      about("How the score works", scoreDefinition),
    ),
    h("div", { class: "stack" }, scores(health.by_area, briefing, toneOf)),
  ],
});

/**
 * Return "Prospects cost most: 1.8 points, mainly by …". The sentence leaves out the sum over all areas: a loss of
 * 4.6 points, for example, would seem to contradict a score that is rounded to 95.
 *
 * @param {readonly Api["AreaScoreOut"][]} areas
 * @param {readonly Api["IssueItem"][]} issues
 */
function sentence(areas, issues) {
  const [worst] = byLoss(areas);
  if (!worst?.points_lost) return "No area loses points.";
  const top = issues.find((issue) => issue.area === worst.area && issue.count);
  const link = top && h("a", { href: rowsOfIssue(top) }, top.title);
  return [
    h("strong", {}, `${worst.label} cost most: ${points(worst.points_lost)} points`),
    link ? [", mainly by ", link, "."] : ".",
  ];
}

/** @param {readonly Api["AreaScoreOut"][]} areas */
function byLoss(areas) {
  return [...areas].sort((a, b) => (b.points_lost ?? -1) - (a.points_lost ?? -1));
}

/**
 * Show each area's score now and in the snapshot `last_week`, with its cost.
 *
 * @param {readonly Api["AreaScoreOut"][]} areas
 * @param {Api["Briefing"] | null} briefing
 * @param {ToneOf} toneOf
 */
function scores(areas, briefing, toneOf) {
  const lastWeek = briefing?.last_week ?? null;
  const then = sinceLastWeek(briefing) ? `on ${day(lastWeek?.day)}` : "a week ago";
  const without = areas.filter((area) => area.score === null).map((area) => area.label);
  const rows = byLoss(areas).map((area) => ({
    label: area.label,
    value: area.score,
    before: lastWeek?.area_scores[area.area],
    cost: area.points_lost,
    tone: toneOf(area.score),
    href: rowsOf(area.area),
  }));
  return [
    dots({
      title: "Score and points lost by area",
      rows,
      beforeLabel: sentenceCase(then),
      costLabel: "Points lost",
      formatCost: points,
    }),
    lastWeek && h("p", { class: "small soft" }, `An open circle marks the score ${then}, if it differs.`),
    without.length > 0 &&
      h("p", { class: "small soft" }, `Not counted, because there is no data yet: ${joinNames(without, 8)}.`),
  ];
}
