/* A ring for each kind of asset. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { MISSING, number, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { tones } from "../core/tones.js";
import { ring } from "../charts/ring.js";
import { chip } from "../ui/parts.js";
import { recentDays, recentTrend } from "./recent.js";

export default panel({
  lines: 5,
  uses: ["exemptions", "config"],
  load: () => Promise.all([shared("health-score"), optional(shared("issues")), recentDays(), tones()]),
  noData: ([health]) => health.overall === null,
  render: ([health, answer, recent, toneOf]) =>
    h(
      "ul",
      { class: "gear-rings" },
      health.by_area
        .filter((area) => area.area !== "prospects")
        .map((area) => kind(area, answer?.issues ?? null, recent, toneOf)),
    ),
});

/**
 * @param {Api["AreaScoreOut"]} area
 * @param {readonly Api["IssueItem"][] | null} issues null when they could not be loaded
 * @param {Recent} recent
 * @param {ToneOf} toneOf
 */
function kind({ area, label, score, grade, items }, issues, recent, toneOf) {
  const open = (issues ?? []).filter((issue) => issue.area === area && issue.count);
  const isHigh = open.some((issue) => issue.priority === "high");
  return h(
    "li",
    {},
    h(
      "a",
      { class: "gear-kind", href: rowsOf(area) },
      ring({
        value: score,
        text: score === null ? MISSING : String(score),
        label: score === null ? "No score" : `Score ${score}, grade ${grade}`,
        tone: toneOf(score),
        size: 92,
        thickness: 9,
      }),
      h("strong", {}, label),
      h("span", { class: "soft small number items" }, items === null ? "No data yet" : `${number(items)} in all`),
    ),
    score !== null &&
      issues !== null &&
      (open.length
        ? chip(plural(open.length, "issue"), {
            href: route.href("base-camp", { steps: "all", "issues.area": area, "issues.state": "found" }),
            tone: isHigh ? "warn" : "",
            sign: isHigh ? "warning" : null,
          })
        : chip("In order", { tone: "good" })),
    recentTrend(recent, {
      name: `Score of ${label}`,
      now: score,
      pick: (snapshot) => snapshot.area_scores[area] ?? null,
    }),
  );
}
