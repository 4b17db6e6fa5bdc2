/* The prospects' activity, scores and grades. */

import { h, icon } from "../core/dom.js";
import { decimal, number, percent, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { columns } from "../charts/columns.js";
import { byGrade, prospectsOf } from "../people/people.js";
import { figure } from "../ui/parts.js";

const SURVEY = "python manage.py camp_sync --survey";

export default panel({
  lines: 5,
  load: () => shared("engagement", { limit: 1 }),
  noData: ({ tier }) => tier < 2,
  empty: ({ summary }) => summary.total_count === 0 && "Pardot has no prospects.",
  render: ({ tier, summary }) => [
    tier === 2 && sample(summary),
    h("div", { class: "lead-columns" }, figures(summary, tier), grades(summary)),
  ],
});

/** @param {Api["EngagementSummary"]} summary */
function sample({ total_count: count }) {
  return h(
    "p",
    { class: "banner" },
    icon("info"),
    h(
      "span",
      {},
      h("strong", {}, `A sample, not all prospects: `),
      `${number(count)} that samples have read. Each sample reads up to 500: those with the highest scores among the prospects active in the 30 days before. `,
      h("code", {}, SURVEY),
      " reads all prospects.",
    ),
  );
}

/**
 * @param {Api["EngagementSummary"]} summary
 * @param {number} tier
 */
function figures(summary, tier) {
  const active = summary.active_30d;
  const share = summary.total_count && active !== null ? (100 * active) / summary.total_count : null;
  const average = figure("Average score", decimal(summary.avg_score), { large: active === null });
  return h(
    "div",
    { class: "lead-figures" },
    active === null
      ? average
      : figure("Active in the last 30 days", number(active), {
          large: true,
          href: prospectsOf({ group: "active" }),
          note: `${percent(share)} of ${number(summary.total_count)} prospects`,
        }),
    h(
      "div",
      { class: "figures" },
      active === null
        ? figure("Active in the last 30 days", "–", {
            note:
              tier === 2 ? "Known after a survey." : "Activities are missing, or were last read more than 8 days ago.",
          })
        : average,
      figure("Highest score", number(summary.top_score), { href: prospectsOf({ sort: "-score" }) }),
      figure("Prospects", number(summary.total_count), {
        href: prospectsOf({ sort: "-score" }),
        note:
          (summary.scored_count ?? 0) < (summary.total_count ?? 0) &&
          `${plural(summary.scored_count, "has", "have")} a score`,
      }),
    ),
  );
}

/** @param {Api["EngagementSummary"]} summary */
function grades({ grade_distribution: distribution }) {
  const sorted = Object.entries(distribution ?? {}).sort(([a], [b]) => byGrade(a, b));
  const rows = sorted.map(([grade, value]) => ({
    label: grade === "none" ? "none" : grade,
    spoken: grade === "none" ? "Without a grade" : `Grade ${grade}`,
    value,
    tone: grade === "none" ? "6" : null,
    href: prospectsOf({ grade }),
  }));
  return h(
    "div",
    { class: "stack" },
    h("h3", {}, "Grades in Pardot"),
    columns({ title: "Prospects by grade", name: "Grade", unit: "Prospects", rows, height: 190 }),
  );
}
