/* The score and its grade, the changes of the score, and the distance to the next grade and the target. */

import { daysBetween } from "../core/days.js";
import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { plural, sinceDay } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { tonesBy } from "../core/tones.js";
import { ring } from "../charts/ring.js";
import { button, delta } from "../ui/parts.js";
import { noData, syncStatus } from "../sync/remedy.js";

export default panel({
  lines: 6,
  uses: ["exemptions", "config"],
  load: () => Promise.all([shared("briefing"), optional(shared("config")), syncStatus()]),
  render: ([briefing, config, status]) =>
    briefing.health_score === null ? beginning(status) : [hero(briefing, config), tools()],
});

/**
 * Return the content before the first sync. The rest of Base Camp is hidden then (css/camp.css).
 *
 * @param {Api["SyncStatus"] | null} status
 */
function beginning(status) {
  return [
    noData(
      "python manage.py camp_sync",
      status,
      "Nothing was read from Pardot so far. The first sync takes about twenty API calls.",
    ),
    h(
      "p",
      { class: "soft" },
      "The sync reads all assets, and counts people and campaign members in Salesforce. The score, the issues and their remedies appear here afterward.",
    ),
  ];
}

/**
 * @param {Api["Briefing"]} briefing
 * @param {Api["PardotConfig"] | null} config
 */
function hero(briefing, config) {
  const { health_score: score, grade } = briefing;
  const label = `Score ${score} of 100, grade ${grade}`;
  const tone = tonesBy(config?.grade_thresholds ?? [])(score);
  return h(
    "div",
    { class: "score-hero" },
    ring({ value: score, text: String(score), label, tone, size: 168, thickness: 14 }),
    h(
      "div",
      { class: "score-words" },
      h("p", { class: "score-grade" }, h("span", { class: "figure-label" }, "Grade"), " ", h("strong", {}, grade)),
      changes(briefing),
      h("p", { class: "small soft" }, score !== null && config && ahead(score, config)),
    ),
  );
}

/**
 * Return the changes of the score as buttons. Each button opens the comparison of today with the earlier day.
 *
 * @param {Api["Briefing"]} briefing
 */
function changes(briefing) {
  const {
    date: today,
    change_since_yesterday: one,
    change_since_last_week: seven,
    yesterday,
    last_week: lastWeek,
  } = briefing;
  const shown = [
    change(one, yesterday, today),
    lastWeek?.day !== yesterday?.day && change(seven, lastWeek, today),
  ].filter(Boolean);
  if (shown.length) return h("p", { class: "score-changes" }, shown);
  return h("p", { class: "small soft" }, "Changes appear from the second day with a sync.");
}

/**
 * @param {number | null} points
 * @param {Api["Snapshot"] | null} before
 * @param {string} today
 */
function change(points, before, today) {
  if (points === null || before === null) return null;
  const open = () => openOverlay("compare", { "compare.from": before.day, "compare.to": today });
  const since = daysBetween(before.day, today) === 7 ? "since last week" : sinceDay(before.day, today);
  return h(
    "button",
    { type: "button", class: "plain-button", title: "Compare the two days", on: { click: open } },
    delta(points, since),
  );
}

/**
 * @param {number} score
 * @param {Api["PardotConfig"]} config
 */
function ahead(score, { grade_thresholds: thresholds, target_score: target }) {
  const next = thresholds.filter(({ minimum }) => minimum > score).at(-1);
  const aim = target !== null && target > score ? `${plural(target - score, "point")} to the target of ${target}` : "";
  if (next || aim)
    return [next && `${plural(next.minimum - score, "point")} to grade ${next.grade}`, aim].filter(Boolean).join(" · ");
  return score === 100
    ? "A perfect score. Sit down by the fire."
    : `${plural(100 - score, "point")} from a perfect 100`;
}

function tools() {
  return h(
    "p",
    { class: "row score-tools" },
    button("What if…", () => openOverlay("what-if"), {
      sign: "compass",
      kind: "compact",
      title: "The score after fixing issues",
    }),
  );
}
