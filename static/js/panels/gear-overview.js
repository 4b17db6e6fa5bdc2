/* A ring for each kind of asset. */

import { h } from "../core/dom.js";
import { MISSING, number, plural, toneOf } from "../core/format.js";
import { panel } from "../core/panel.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { ring } from "../charts/ring.js";
import { chip } from "../ui/parts.js";

export default panel({
  lines: 5,
  uses: ["exemptions", "config"],
  load: () => Promise.all([shared("health-score"), shared("issues")]),
  noData: ([health]) => health.overall === null,
  render: ([health, { issues }]) => h("ul", { class: "gear-rings" }, health.by_area.filter((area) => area.area !== "prospects").map((area) => kind(area, issues))),
});

function kind({ area, label, score, grade, items }, issues) {
  const found = issues.filter((issue) => issue.area === area && issue.count > 0);
  const flags = found.reduce((sum, issue) => sum + issue.count, 0);
  return h(
    "li", {},
    h(
      "a", { class: "gear-kind", href: rowsOf(area) },
      ring({ value: score, text: score === null ? MISSING : String(score), label: score === null ? "No score" : `Score ${score}, grade ${grade}`, tone: toneOf(score), size: 92, thickness: 9 }),
      h("strong", {}, label),
      h("span", { class: "soft small number" }, items === null ? "No data yet" : `${number(items)} in all`),
    ),
    score !== null && (flags > 0
      ? chip(plural(flags, "issue"), { href: found.length === 1 ? rowsOfIssue(found[0]) : rowsOf(area), tone: found.some((issue) => issue.priority === "high") ? "warn" : "", sign: found.some((issue) => issue.priority === "high") ? "warning" : null })
      : chip("In order", { tone: "good" })),
  );
}
