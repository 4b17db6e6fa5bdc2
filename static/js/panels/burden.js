/* Every issue as large as what it costs. */

import { points } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { treemap } from "../charts/treemap.js";

export default panel({
  lines: 6,
  uses: ["exemptions", "config"],
  load: () => shared("issues"),
  noData: ({ issues }) => issues.every((issue) => issue.count === null),
  empty: ({ issues }) => !issues.some(({ impact }) => impact) && "No issue costs points today.",
  render: ({ issues }) =>
    treemap({
      title: "Issues by the points that they cost",
      unit: "Points",
      format: points,
      height: 320,
      items: itemsOf(issues),
    }),
});

/**
 * One colour an area, in the order in which the areas first come.
 *
 * @param {readonly Api["IssueItem"][]} issues
 */
function itemsOf(issues) {
  const areas = [...new Set(issues.map((issue) => issue.area))].sort();
  return issues.map((issue) => ({
    label: issue.title,
    value: issue.impact,
    detail: nameOf(issue.area),
    tone: String((areas.indexOf(issue.area) % 8) + 1),
    href: rowsOfIssue(issue),
  }));
}
