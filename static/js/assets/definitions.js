/* Definitions of issues, with their weight and their cost today. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { amount, number, points } from "../core/format.js";
import { shared } from "../core/shared.js";
import { chip } from "../ui/parts.js";
import { flagWords } from "./words.js";

export const SINCE =
  "The day on which a check first found the issue that the table is filtered by. Without this filter, the day of the " +
  "row's newest issue. “Earlier” means that no day was recorded.";
export const RECENT = "Counted over the look-back in the settings, by default the last 30 days.";

/**
 * Return the definition of each flag that one type of assets can have.
 *
 * @param {Pick<Api["AreaSummary"], "counts" | "issues">} summary
 */
export async function flagDefinitions({ counts, issues: keys }) {
  const definitions = await optional(shared("issues"));
  return h(
    "dl",
    { class: "definitions" },
    Object.keys(counts).map((flag) => {
      const issue = definitions?.issues.find(({ key }) => key === keys[flag]);
      const { label, tone, why } = flagWords(flag);
      return h(
        "div",
        {},
        h("dt", {}, chip(label, { tone })),
        h(
          "dd",
          {},
          why,
          issue && h("span", { class: "under" }, cost(issue)),
          !keys[flag] && h("span", { class: "under" }, "For information only; no points are lost."),
        ),
      );
    }),
  );
}

/** @param {Api["IssueItem"]} issue */
function cost({ weight, count, impact, is_percentage: isPercentage }) {
  const each = `Each ${isPercentage ? "percent" : "row"} costs ${points(weight)} points of its area`;
  if (count === null) return `${each}; no data now.`;
  const now = `${amount(count, isPercentage)} now ${count === 1 ? "costs" : "cost"}`;
  return `${each}; ${now} ${points(impact)} points of the overall score.`;
}

/** Explain how the score is computed, with today's numbers. */
export async function scoreDefinition() {
  const { by_area: areas, overall } = await shared("health-score");
  const graded = areas.filter(({ score }) => score !== null);
  return [
    h(
      "p",
      {},
      "Each area begins with 100 points and never has fewer than 0. Each row with an issue takes off the weight of " +
        "the issue. If an issue is measured in percent, each percent takes off the weight. The settings show the " +
        "weights. Exempt rows do not count.",
    ),
    h(
      "p",
      {},
      "The overall score is the weighted mean of the areas. The weight of an area grows with the logarithm of the " +
        "number of its items.",
    ),
    h(
      "p",
      {},
      `Today ${graded.map(({ label, score }) => `${label} ${number(score)}`).join(", ")} make ${number(overall)}. ` +
        "Scores are rounded to whole numbers, but points lost are not.",
    ),
  ];
}
